// Owns fields that are sent again and again, as the bytes that go out: encoding them is most of a small response's head.
import HTTPTypes

/// Fields encoded once, for both versions.
package final class EncodedFields: Sendable {
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
        (self.lines, self.strings, self.ends) = (lines, strings, ends)
    }

    private init(lines: [UInt8], strings: [UInt8], ends: [Int]) {
        (self.lines, self.strings, self.ends) = (lines, strings, ends)
    }

    /// The fields and one more, whose value is text; nil if it is the server's to decide about.
    package func adding(_ name: HTTPField.Name, _ value: String) -> EncodedFields? {
        guard !Self.servers.contains(name.canonicalName) else { return nil }
        var (lines, strings, ends) = (lines, strings, ends)
        lines.append(ascii: name.rawName)
        lines.append(ascii: ": ")
        lines.append(ascii: value)
        lines.append(ascii: "\r\n")
        strings.append(ascii: name.canonicalName)
        ends.append(strings.count)
        strings.append(ascii: value)
        ends.append(strings.count)
        return EncodedFields(lines: lines, strings: strings, ends: ends)
    }

    /// Both, one after the other.
    package static func + (one: EncodedFields, other: EncodedFields) -> EncodedFields {
        EncodedFields(
            lines: one.lines + other.lines, strings: one.strings + other.strings,
            ends: one.ends + other.ends.map { one.strings.count + $0 })
    }

    /// Encodes a field of the server's own, whose value is text.
    package init(_ name: HTTPField.Name, _ value: String) {
        lines = Array("\(name.rawName): \(value)\r\n".utf8)
        strings = Array("\(name.canonicalName)\(value)".utf8)
        ends = [name.canonicalName.utf8.count, strings.count]
    }
}
