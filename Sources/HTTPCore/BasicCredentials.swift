// What an Authorization field says in the scheme Basic (RFC 7617).

/// A user's name and password.
public struct BasicCredentials: Sendable {
    /// The name; no control characters, no colon.
    public let user: String
    /// The password; no control characters.
    public let password: [UInt8]
    /// Name, colon and password: what was encoded.
    public let bytes: [UInt8]

    /// Reads the value of an Authorization field.
    ///
    /// - Returns: nil for another scheme, and for what RFC 7617 §2 does not allow: no base64, no colon, a control
    ///   character, a name that is not UTF-8.
    public init?(authorization value: String) {
        let words = value.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "basic",
            let bytes = Self.decode(base64: words[1].utf8.drop { $0 == UInt8(ascii: " ") }),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }),
            let user = String(validating: bytes[..<colon], as: UTF8.self)
        else { return nil }
        self.user = user
        self.bytes = bytes
        password = Array(bytes[(colon + 1)...])
    }

    /// RFC 4648 §4; padding may be left out, and bits that mean nothing have to be zero (§3.5).
    private static func decode(base64 text: some Collection<UInt8>) -> [UInt8]? {
        let digits = text.prefix { $0 != UInt8(ascii: "=") }
        let padding = text.count - digits.count
        guard padding <= 2, text.dropFirst(digits.count).allSatisfy({ $0 == UInt8(ascii: "=") }),
            padding == 0 || text.count % 4 == 0, digits.count % 4 != 1
        else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var count = 0
        for digit in digits {
            guard let value = sextet(digit) else { return nil }
            bits = bits << 6 | value
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            bits &= 1 << UInt32(count) - 1
        }
        return bits == 0 ? bytes : nil
    }

    private static func sextet(_ digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
