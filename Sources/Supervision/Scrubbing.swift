// What keeps a client from writing log lines of its own: no control character reaches a log.

extension Unicode.Scalar {
    /// Whether the scalar could break a line, steer a terminal, or turn the direction of text.
    var isUnsafeInLogs: Bool {
        switch value {
        case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    /// The scalar as printable ASCII: `\n`, `\t`, `\r`, `\x1b` or `\u{202e}`.
    fileprivate var escaped: String {
        switch value {
        case 0x09: "\\t"
        case 0x0A: "\\n"
        case 0x0D: "\\r"
        case 0..<0x10: "\\x0" + String(value, radix: 16)
        case 0..<0x80: "\\x" + String(value, radix: 16)
        default: "\\u{" + String(value, radix: 16) + "}"
        }
    }
}

extension [UInt8] {
    /// Appends text with its control characters escaped.
    mutating func appendScrubbed(_ text: String) {
        append(addingCapacity: 4 * text.utf8.count) { $0.appendScrubbed(text) }
    }

    /// Appends text as one word, in quotes if it has spaces, quotes, or nothing at all.
    mutating func appendWord(_ text: String) {
        append(addingCapacity: 4 * text.utf8.count + 2) { $0.appendWord(text) }
    }
}

/// The same where there is room: one byte becomes four at the most, and a word gets two quotes.
extension OutputSpan<UInt8> {
    fileprivate mutating func appendScrubbed(_ text: String) {
        if !appendPlain(text, if: isPlain) { appendEscaped(text) { _ in false } }
    }

    mutating func appendWord(_ text: String) {
        if text.isEmpty || !appendPlain(text, if: isOfWord) { appendQuoted(text) }
    }

    /// Appends text in quotes, with quotes and backslashes in it escaped.
    private mutating func appendQuoted(_ text: String) {
        append(UInt8(ascii: "\""))
        if !appendPlain(text, if: { isPlain($0) && !needsBackslash($0) }) {
            appendEscaped(text) { $0 == "\"" || $0 == "\\" }
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends text as it is; nothing, and false, if a byte of it needs a look.
    private mutating func appendPlain(_ text: String, if isFine: (UInt8) -> Bool) -> Bool {
        let bytes = text.utf8.span
        for index in bytes.indices {
            guard isFine(bytes[index]) else {
                removeLast(index)
                return false
            }
            append(bytes[index])
        }
        return true
    }

    private mutating func appendEscaped(_ text: String, _ needsBackslash: (Unicode.Scalar) -> Bool) {
        for scalar in text.unicodeScalars {
            if scalar.isUnsafeInLogs {
                for byte in scalar.escaped.utf8 { append(byte) }
            } else {
                if needsBackslash(scalar) { append(UInt8(ascii: "\\")) }
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte) }
            }
        }
    }
}

/// Whether no scalar that begins with this byte needs a look: all unsafe ones but the ASCII ones begin with
/// C2 (U+0080 to U+009F), E2 (U+2028 and on) or EF (U+FEFF).
private func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F && byte != 0xC2 && byte != 0xE2 && byte != 0xEF
}

/// The printable ASCII characters but space, `"`, `=` and `\`, a bit each: what a word is made of without quotes.
private let wordBits: (low: UInt64, high: UInt64) = (0xDFFF_FFFA_0000_0000, 0x7FFF_FFFF_EFFF_FFFF)

/// Whether the byte may be in a word without quotes; in two shifts, since each byte of each request comes here.
private func isOfWord(_ byte: UInt8) -> Bool {
    guard byte < 0x80 else { return isPlain(byte) }
    return (byte & 0x40 == 0 ? wordBits.low : wordBits.high) &>> UInt64(byte & 0x3F) & 1 == 1
}

private func needsBackslash(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
}
