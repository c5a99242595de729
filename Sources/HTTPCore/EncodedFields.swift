// Owns fields that are sent again and again, as the bytes that go out: encoding them is most of a small response's head.
import HTTPTypes

/// Fields encoded once, for both versions.
package final class EncodedFields: Sendable {
    /// The fields themselves.
    package let fields: HTTPFields
    /// Lines as HTTP/1.1 has them, each with its CRLF (RFC 9112 §5).
    package let lines: [UInt8]
    /// Names in lower case and values, one after another, as HTTP/2 has them (RFC 9113 §8.2).
    package let strings: [UInt8]
    /// Where each name and each value ends in ``strings``, in turn.
    package let ends: [Int]

    /// What the server has a say in, so that it has to look at it in each response.
    private static let servers: Set<String> = [
        "connection", "content-length", "date", "keep-alive", "proxy-connection", "server",
        "transfer-encoding",
        "upgrade",
    ]

    /// Encodes fields whose values are text; nil if one of them is the server's to decide about.
    package init?(_ fields: HTTPFields) {
        var (lines, strings, ends) = ([UInt8](), [UInt8](), [Int]())
        for field in fields {
            guard !Self.servers.contains(field.name.canonicalName) else { return nil }
            lines += Array("\(field.name.rawName): \(field.value)\r\n".utf8)
            strings += Array(field.name.canonicalName.utf8)
            ends.append(strings.count)
            strings += Array(field.value.utf8)
            ends.append(strings.count)
        }
        self.fields = fields
        (self.lines, self.strings, self.ends) = (lines, strings, ends)
    }

    private init(_ fields: HTTPFields, lines: [UInt8], strings: [UInt8], ends: [Int]) {
        self.fields = fields
        (self.lines, self.strings, self.ends) = (lines, strings, ends)
    }

    /// Both, one after the other.
    package static func + (one: EncodedFields, other: EncodedFields) -> EncodedFields {
        var fields = one.fields
        fields.append(contentsOf: other.fields)
        return EncodedFields(
            fields, lines: one.lines + other.lines, strings: one.strings + other.strings,
            ends: one.ends + other.ends.map { one.strings.count + $0 })
    }

    /// Encodes a field of the server's own, whose value is text.
    package init(_ name: HTTPField.Name, _ value: String) {
        fields = [name: value]
        lines = Array("\(name.rawName): \(value)\r\n".utf8)
        strings = Array("\(name.canonicalName)\(value)".utf8)
        ends = [name.canonicalName.utf8.count, strings.count]
    }
}
