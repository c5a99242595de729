// The cookies of a request (RFC 6265 §4.2), and values of any bytes in them as Python's servers write and read them.

import HTTPTypes

/// Names and values, in the order in which they came.
struct CookieItems {
    private let items: [(name: String, value: String)]

    init(_ fields: HTTPFields) {
        // By bytes: with a mark behind it a semicolon is another character.
        let pairs = (fields[.cookie] ?? "").utf8.split(separator: UInt8(ascii: ";"))
        items = pairs.map { pair in
            let pair = pair.drop { $0 == UInt8(ascii: " ") }
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            return (String(Substring(pair[..<equals])), Self.decode(pair[equals...].dropFirst()))
        }
    }

    /// The values by their names; of several with one name the last.
    var json: JSONValue {
        let values = Dictionary(items.map { ($0.name, $0.value) }) { $1 }
        return .object(
            values.sorted { $0.key < $1.key }.map { JSONValue.Member(name: $0, value: .string($1)) })
    }

    /// A value as it stands in Set-Cookie: in quotes if it has to be, quotes and backslashes with a backslash in front,
    /// what else may not stand there as octal digits.
    static func encode(_ value: String) -> String {
        guard !value.utf8.allSatisfy(isPlain) else { return value }
        let bytes = value.utf8.flatMap { byte -> [UInt8] in
            if isPlain(byte) || byte == UInt8(ascii: " ") { return [byte] }
            if isQuoted(byte) { return [UInt8(ascii: "\\"), byte] }
            return Array("\\\(String(512 + Int(byte), radix: 8).dropFirst())".utf8)
        }
        return "\"\(String(decoding: bytes, as: UTF8.self))\""
    }

    private static func decode(_ text: Substring.UTF8View) -> String {
        let quote = UInt8(ascii: "\"")
        guard text.count >= 2, text.first == quote, text.last == quote else { return String(Substring(text)) }
        var (rest, bytes) = (text.dropFirst().dropLast(), [UInt8]())
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), let octal = octal(rest.prefix(3)) {
                bytes.append(octal)
                rest = rest.dropFirst(3)
            } else if byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
                bytes.append(next)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The byte that three digits are.
    private static func octal(_ digits: Substring.UTF8View) -> UInt8? {
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
        return UInt8(String(Substring(digits)), radix: 8)
    }

    /// cookie-octet: no control character, no blank, none of `",;\`, ASCII.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !Array(",;".utf8).contains(byte) && !isQuoted(byte)
    }

    private static func isQuoted(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}
