// Owns what a field name, a field value and a comma-separated list are (RFC 9110 §5).

/// The grammar of field names and values.
public enum FieldSyntax {
    /// Whether `bytes` are a token: one or more `tchar` (RFC 9110 §5.6.2).
    public static func isToken(_ bytes: Span<UInt8>) -> Bool {
        !bytes.isEmpty && ByteSet.token.containsAll(bytes)
    }

    /// Whether `text` is a token (RFC 9110 §5.6.2).
    public static func isToken(_ text: String) -> Bool { isToken(text.utf8.span) }

    /// The token `text` in lower case; nil if it is none. Some letters beyond ASCII would be tokens in lower case only.
    static func token(_ text: Substring) -> String? { isToken(text.utf8.span) ? text.lowercased() : nil }

    /// Whether `bytes` may be a field value: no control character but the tab, no white space at either
    /// end (RFC 9110 §5.5).
    public static func isValue(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return true }
        for index in bytes.indices where isControl(bytes[index]) { return false }
        return !isWhitespace(bytes[0]) && !isWhitespace(bytes[bytes.count - 1])
    }

    /// Whether `text` may be a field value (RFC 9110 §5.5).
    public static func isValue(_ text: String) -> Bool { isValue(text.utf8.span) }

    /// The elements of a comma-separated list without the white space around them; commas in quoted strings
    /// do not separate, and empty elements are left out (RFC 9110 §5.6.1).
    public static func list(_ value: String) -> [Substring] {
        split(value[...], at: UInt8(ascii: ","))
    }

    /// Whether the comma-separated list `value` has `token`, without regard to case.
    public static func list(_ value: String, contains token: String) -> Bool {
        list(value).contains { equalIgnoringCase($0, token[...]) }
    }

    /// Whether two strings are the same but for the case of ASCII letters.
    public static func equalIgnoringCase(_ one: Substring, _ other: Substring) -> Bool {
        guard one.utf8.count == other.utf8.count else { return false }
        return zip(one.utf8, other.utf8).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
    }

    /// Whether `byte` is a control character that no field value may have; the tab is not.
    @inlinable package static func isControl(_ byte: UInt8) -> Bool {
        (byte < 0x20 && byte != 0x09) || byte == 0x7F
    }

    /// Whether `byte` is optional white space, `OWS` of RFC 9110 §5.6.3.
    @inlinable package static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// A part of `bytes` without the optional white space at its ends.
    static func trimmed(_ bytes: Span<UInt8>, _ part: Range<Int>) -> (start: Int, end: Int) {
        var (start, end) = (part.lowerBound, part.upperBound)
        while start < end, isWhitespace(bytes[start]) { start += 1 }
        while start < end, isWhitespace(bytes[end - 1]) { end -= 1 }
        return (start, end)
    }

    /// `text` without the optional white space at its ends.
    static func trimmed(_ text: Substring) -> Substring {
        let utf8 = text.utf8
        guard let first = utf8.firstIndex(where: { !isWhitespace($0) }) else { return "" }
        let last = utf8.lastIndex(where: { !isWhitespace($0) }) ?? first
        return text[first...last]
    }

    /// The parts of `text` between separators that stand outside quoted strings, trimmed, empty ones left
    /// out.
    static func split(_ text: Substring, at separator: UInt8) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var quoted = false
        var escaped = false
        for index in text.utf8.indices {
            let byte = text.utf8[index]
            if escaped {
                escaped = false
            } else if quoted, byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                quoted.toggle()
            } else if byte == separator, !quoted {
                parts.append(trimmed(text[start..<index]))
                start = text.utf8.index(after: index)
            }
        }
        parts.append(trimmed(text[start...]))
        return parts.filter { !$0.isEmpty }
    }
}
