// Owns one field line: where its name and value lie (RFC 9112 §5). Strict: CRLF only, no folding, no control
// characters.
import HTTPCore

/// Where the parts of a field line lie in the bytes it was read from.
struct FieldLine {
    /// The name; `FieldName` tells whether it is a token.
    let name: Range<Int>
    /// The value without the white space around it.
    let value: Range<Int>
    /// The offset past the line's CRLF.
    let end: Int

    /// Reads the line at `start`, nil if it is not complete. There is at least one byte at `start`, not a CR.
    init?(_ bytes: Span<UInt8>, at start: Int) throws(RequestFailure) {
        var colon = start
        // Whether these are token characters is asked of names that are not known already.
        while colon < bytes.count, bytes[colon] > 0x20, bytes[colon] != UInt8(ascii: ":") { colon &+= 1 }
        guard colon < bytes.count else { return nil }
        guard bytes[colon] == UInt8(ascii: ":"), colon > start else {
            throw Self.failure(bytes, at: colon, lineStart: start)
        }
        var valueStart = colon &+ 1
        while valueStart < bytes.count, FieldSyntax.isWhitespace(bytes[valueStart]) { valueStart &+= 1 }
        let lineEnd = bytes.firstControl(from: valueStart)
        guard lineEnd &+ 1 < bytes.count else {
            if lineEnd < bytes.count { try Self.expectCR(bytes[lineEnd]) }
            return nil
        }
        try Self.expectCR(bytes[lineEnd])
        guard bytes[lineEnd &+ 1] == UInt8(ascii: "\n") else { throw RequestFailure(.bareLineEnding) }
        var valueEnd = lineEnd
        while valueEnd > valueStart, FieldSyntax.isWhitespace(bytes[valueEnd &- 1]) { valueEnd &-= 1 }
        name = start..<colon
        value = valueStart..<valueEnd
        end = lineEnd &+ 2
    }

    private static func expectCR(_ byte: UInt8) throws(RequestFailure) {
        guard byte != UInt8(ascii: "\r") else { return }
        throw RequestFailure(byte == UInt8(ascii: "\n") ? .bareLineEnding : .malformedField)
    }

    /// Why the byte at `index` cannot stand in a name.
    private static func failure(_ bytes: Span<UInt8>, at index: Int, lineStart: Int) -> RequestFailure {
        let byte = bytes[index]
        if index == lineStart, FieldSyntax.isWhitespace(byte) { return RequestFailure(.foldedField) }
        return RequestFailure(byte == 0x0D || byte == 0x0A ? .bareLineEnding : .malformedField)
    }
}
