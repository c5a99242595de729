// Owns the line before a chunk's data (RFC 9112 §7.1, §7.1.1), one byte at a time. White space may stand
// where the grammar has BWS, that is around `;` and `=`, and nowhere else: not before the CRLF.
import HTTPCore

/// The line before a chunk's data: its size in hexadecimal digits, then extensions.
struct ChunkLine: Sendable {
    private enum State {
        case size, beforeExtension, nameStart, name, afterName, valueStart, value
        case quoted, escaped, afterQuoted, lineFeed
    }

    /// Enough for any size, and an end to zeros in front of one.
    private static let mostDigits = 32

    private var state = State.size
    private var digits = 0
    private(set) var size: UInt64 = 0

    /// Whether the bytes now belong to an extension.
    var isExtension: Bool { state != .size && state != .lineFeed }

    /// Takes one byte; true if the line is complete with it.
    mutating func take(_ byte: UInt8) throws(RequestFailure) -> Bool {
        if state == .lineFeed {
            guard byte == UInt8(ascii: "\n") else { throw RequestFailure(.invalidChunk) }
            return true
        }
        guard let next = state == .size ? takeSize(byte) : Self.next(state, byte) else {
            throw RequestFailure(.invalidChunk)
        }
        state = next
        return false
    }

    private mutating func takeSize(_ byte: UInt8) -> State? {
        if let digit = byte.hexadecimalValue {
            digits += 1
            guard digits <= Self.mostDigits, size <= UInt64(Int64.max) >> 4 else { return nil }
            size = size << 4 | UInt64(digit)
            return .size
        }
        guard digits > 0 else { return nil }
        switch byte {
        case UInt8(ascii: "\r"): return .lineFeed
        case UInt8(ascii: ";"): return .nameStart
        case 0x20, 0x09: return .beforeExtension
        default: return nil
        }
    }

    /// The state after `byte`, nil if it may not stand there.
    private static func next(_ state: State, _ byte: UInt8) -> State? {
        switch state {
        case .size, .lineFeed: nil
        case .beforeExtension: separator(byte, blank: .beforeExtension)
        case .nameStart: ByteSet.token.contains(byte) ? .name : blank(byte, .nameStart)
        case .name where ByteSet.token.contains(byte): .name
        case .name where byte == UInt8(ascii: "="): .valueStart
        case .afterName where byte == UInt8(ascii: "="): .valueStart
        case .name: separator(byte, blank: .afterName) ?? lineEnd(byte)
        case .afterName: separator(byte, blank: .afterName)
        case .valueStart where byte == UInt8(ascii: "\""): .quoted
        case .valueStart: ByteSet.token.contains(byte) ? .value : blank(byte, .valueStart)
        case .value where ByteSet.token.contains(byte): .value
        case .value, .afterQuoted: separator(byte, blank: .beforeExtension) ?? lineEnd(byte)
        case .quoted where byte == UInt8(ascii: "\""): .afterQuoted
        case .quoted where byte == UInt8(ascii: "\\"): .escaped
        case .quoted, .escaped: FieldSyntax.isControl(byte) ? nil : .quoted
        }
    }

    private static func separator(_ byte: UInt8, blank next: State) -> State? {
        byte == UInt8(ascii: ";") ? .nameStart : blank(byte, next)
    }

    private static func blank(_ byte: UInt8, _ next: State) -> State? {
        FieldSyntax.isWhitespace(byte) ? next : nil
    }

    private static func lineEnd(_ byte: UInt8) -> State? { byte == UInt8(ascii: "\r") ? .lineFeed : nil }
}
