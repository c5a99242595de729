// Owns what may stand in the brackets of a host (RFC 3986 §3.2.2): an IPv6 address, or one of a later version.

/// The grammar of IP literals; nothing is allocated.
enum IPLiteral {
    /// Whether `bytes`, without the brackets, are `IPv6address` or `IPvFuture`.
    static func isValid(_ bytes: Span<UInt8>) -> Bool {
        guard let first = bytes.isEmpty ? nil : bytes[0] else { return false }
        return first.lowercasedASCII == UInt8(ascii: "v") ? isFuture(bytes) : isVersion6(bytes)
    }

    /// `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`.
    private static func isFuture(_ bytes: Span<UInt8>) -> Bool {
        let dot = endOfDigits(bytes, from: 1)
        guard dot > 1, dot + 1 < bytes.count, bytes[dot] == UInt8(ascii: ".") else { return false }
        for index in (dot + 1)..<bytes.count where bytes[index] != UInt8(ascii: ":") {
            let byte = bytes[index]
            guard ByteSet.registeredName.contains(byte), byte != UInt8(ascii: "%") else { return false }
        }
        return true
    }

    /// Eight groups of one to four digits, of which `::` stands for one or more, once; the last two may be an
    /// IPv4 address.
    private static func isVersion6(_ bytes: Span<UInt8>) -> Bool {
        var index = 0
        var groups = 0
        var isShortened = false
        if isDoubleColon(bytes, at: 0) {
            isShortened = true
            index = 2
        }
        while index < bytes.count {
            let end = endOfDigits(bytes, from: index)
            if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
                guard isVersion4(bytes.extracting(index...)) else { return false }
                groups += 2
                break
            }
            guard (1...4).contains(end - index) else { return false }
            groups += 1
            index = end
            guard index < bytes.count else { break }
            if isDoubleColon(bytes, at: index) {
                guard !isShortened else { return false }
                isShortened = true
                index += 2
            } else {
                guard bytes[index] == UInt8(ascii: ":"), index + 1 < bytes.count else { return false }
                index += 1
            }
        }
        return isShortened ? groups < 8 : groups == 8
    }

    /// Four numbers up to 255 without zeros in front.
    private static func isVersion4(_ bytes: Span<UInt8>) -> Bool {
        var numbers = 0
        var index = 0
        while index < bytes.count {
            let start = index
            var number = 0
            while index < bytes.count, index - start < 3, let digit = bytes[index].decimalValue {
                number = number * 10 + Int(digit)
                index += 1
            }
            guard index > start, number <= 255, bytes[start] != 0x30 || index == start + 1 else {
                return false
            }
            numbers += 1
            guard index < bytes.count else { break }
            guard bytes[index] == UInt8(ascii: "."), index + 1 < bytes.count else { return false }
            index += 1
        }
        return numbers == 4
    }

    private static func isDoubleColon(_ bytes: Span<UInt8>, at index: Int) -> Bool {
        index + 1 < bytes.count && bytes[index] == UInt8(ascii: ":") && bytes[index + 1] == UInt8(ascii: ":")
    }

    private static func endOfDigits(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index].hexadecimalValue != nil { index += 1 }
        return index
    }
}
