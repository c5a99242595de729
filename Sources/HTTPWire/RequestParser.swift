// Owns the reading of request heads (RFC 9112 §2-§6). Input that arrives byte by byte costs linear time:
// `scanned` remembers how far the end of the head was looked for, and only a complete head is read twice.
import HTTPCore
import HTTPTypes

/// Reads the heads of one connection's requests.
package struct RequestParser: Sendable {
    private var limits: HTTPLimits
    private let scheme: String?
    /// The head before.
    private var memory = HeadMemory()
    /// How many bytes are known to hold no end of the head.
    private var scanned = 0
    /// Whether the request line is known to be complete.
    private var hasLine = false

    /// Makes a parser for one connection; `scheme` is what the connection's requests are made with.
    package init(limits: HTTPLimits = HTTPLimits(), scheme: String? = nil) {
        self.limits = limits
        self.scheme = scheme
    }

    /// Goes by other limits from the next call of ``parse(_:)`` on.
    package mutating func adopt(_ limits: HTTPLimits) {
        guard limits != self.limits else { return }
        self.limits = limits
        // A head that is repeated is not judged again.
        memory = HeadMemory()
    }

    /// Reads a head at the start of `bytes`, which are all that came after the request before.
    ///
    /// After `.incomplete`, call again with the same bytes and more. After `.head` the rest belongs to the
    /// content and to later requests. One or two CRLF before the request line are skipped (RFC 9112 §2.2).
    /// - Throws: why the request is refused; nothing that follows on the connection can be trusted.
    package mutating func parse(_ bytes: Span<UInt8>) throws(RequestFailure) -> ParseOutcome {
        let start = try Self.endOfLeadingLines(bytes)
        guard start < bytes.count, scanned == 0 || isWorthReading(bytes, from: start) else {
            scanned = bytes.count
            return .incomplete
        }
        // What is past the limit isn't looked at, so that a head is refused for the same reason however it comes.
        let end = min(bytes.count, start + limits.headerBytes)
        guard
            let (head, consumed) = try HeadReader.read(
                bytes.extracting(..<end), from: start, limits: limits, scheme: scheme, memory: &memory)
        else {
            guard end == bytes.count else { throw RequestFailure(.headTooLarge) }
            // Notes whether the request line is complete.
            if scanned == 0 { _ = isWorthReading(bytes, from: start) }
            scanned = bytes.count
            return .incomplete
        }
        scanned = 0
        hasLine = false
        return .head(head, consumed: consumed)
    }

    /// Whether nothing of a next request has come, so that the connection is idle.
    package static func isIdle(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] != 0x0D && bytes[index] != 0x0A { return false }
        return bytes.count <= 4
    }

    /// Whether the bytes that are new have the head's end in them, or something that it is refused for.
    private mutating func isWorthReading(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        var index = max(scanned, start)
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") {
                guard index > 0, bytes[index - 1] == UInt8(ascii: "\r") else { return true }
                hasLine = true
                if index >= 3, bytes[index - 2] == UInt8(ascii: "\n") { return true }
            }
            index += 1
        }
        let count = bytes.count - start
        return count > limits.headerBytes || !hasLine && count > limits.requestLineBytes + 1
    }

    /// The offset past the CRLFs before the request line, of which there are at most two; the last may be
    /// half there.
    private static func endOfLeadingLines(_ bytes: Span<UInt8>) throws(RequestFailure) -> Int {
        var index = 0
        while index < bytes.count, bytes[index] == UInt8(ascii: "\r") || bytes[index] == UInt8(ascii: "\n") {
            let expected = index % 2 == 0 ? UInt8(ascii: "\r") : UInt8(ascii: "\n")
            guard bytes[index] == expected else { throw RequestFailure(.bareLineEnding) }
            guard index < 4 else { throw RequestFailure(.malformedRequestLine) }
            index += 1
        }
        guard index == bytes.count || index % 2 == 0 else { throw RequestFailure(.bareLineEnding) }
        return index
    }
}
