// RFC 6265 §4: the cookies of a request, and values of any bytes in quotes.
#if TESTABLE
import HTTPCore
import HTTPTypes

@testable import Modules

extension FuzzTarget {
    /// The input is the value of a Cookie field; then the value of one cookie.
    static let cookies = FuzzTarget("cookies") { input in
        let text = String(decoding: input, as: UTF8.self)
        if FieldSyntax.isValue(text) {
            try require(values(text), equals: slowValues(text), "the cookies of \(text)")
        }
        let encoded = CookieItems.encode(text)
        try require(
            encoded.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x3B && $0 != 0x2C },
            "a value for Set-Cookie: \(encoded)")
        try require(
            values("a=\(encoded)"), equals: ["a=\(text)"].map { Array($0.utf8) }, "\(encoded), read again")
    }

    /// The names with their values.
    private static func values(_ text: String) -> [[UInt8]] {
        guard case .object(let members) = CookieItems([.cookie: text]).json else { return [] }
        return members.map { member in
            guard case .string(let value) = member.value else { return [] }
            return Array("\(member.name)=\(value)".utf8)
        }
    }

    private static func slowValues(_ text: String) -> [[UInt8]] {
        var values: [String: [UInt8]] = [:]
        for pair in text.utf8.split(separator: UInt8(ascii: ";")) {
            let pair = pair.drop { $0 == UInt8(ascii: " ") }
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            values[String(decoding: name, as: UTF8.self)] =
                Array(name) + Array("=".utf8) + unquoted(Array(pair.dropFirst(name.count + 1)))
        }
        return values.sorted { $0.key < $1.key }.map(\.value)
    }

    /// As Python's `http.cookies` does it: a backslash with three octal digits is a byte, with anything else that.
    private static func unquoted(_ text: [UInt8]) -> [UInt8] {
        guard text.count >= 2, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") else {
            return text
        }
        var (rest, bytes) = (text.dropFirst().dropLast(), [UInt8]())
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3).compactMap { (0x30...0x37).contains($0) ? Int($0 - 0x30) : nil }
            let number = digits.reduce(0) { $0 * 8 + $1 }
            switch byte {
            case UInt8(ascii: "\\") where digits.count == 3 && number <= 255:
                bytes.append(UInt8(number))
                rest = rest.dropFirst(3)
            case UInt8(ascii: "\\"): bytes.append(rest.popFirst() ?? byte)
            default: bytes.append(byte)
            }
        }
        return Array(String(decoding: bytes, as: UTF8.self).utf8)
    }
}
#endif
