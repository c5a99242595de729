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
        if hasOnlyBytes(text, that: isPlain) {
            append(contentsOf: text.utf8)
        } else {
            appendEscaped(text) { _ in false }
        }
    }

    /// Appends text as one word, in quotes if it has spaces, quotes, or nothing at all.
    mutating func appendWord(_ text: String) {
        if !text.isEmpty, hasOnlyBytes(text, that: { isPlain($0) && !needsQuotes($0) }) {
            append(contentsOf: text.utf8)
        } else {
            appendQuoted(text)
        }
    }

    /// Appends text in quotes, with quotes and backslashes in it escaped.
    mutating func appendQuoted(_ text: String) {
        append(UInt8(ascii: "\""))
        if hasOnlyBytes(text, that: { isPlain($0) && !needsBackslash($0) }) {
            append(contentsOf: text.utf8)
        } else {
            appendEscaped(text) { $0 == "\"" || $0 == "\\" }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ text: String, _ needsBackslash: (Unicode.Scalar) -> Bool) {
        for scalar in text.unicodeScalars {
            if scalar.isUnsafeInLogs {
                append(contentsOf: scalar.escaped.utf8)
            } else {
                if needsBackslash(scalar) { append(UInt8(ascii: "\\")) }
                append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }
}

private func hasOnlyBytes(_ text: String, that areFine: (UInt8) -> Bool) -> Bool {
    let bytes = text.utf8.span
    for index in bytes.indices where !areFine(bytes[index]) { return false }
    return true
}

/// Whether no scalar that begins with this byte needs a look: all unsafe ones but the ASCII ones begin with
/// C2 (U+0080 to U+009F), E2 (U+2028 and on) or EF (U+FEFF).
private func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F && byte != 0xC2 && byte != 0xE2 && byte != 0xEF
}

private func needsQuotes(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "=") || needsBackslash(byte)
}

private func needsBackslash(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
}
