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
        if scanned > 0, try !findsEnd(bytes, from: max(scanned, start)) {
            return try incomplete(bytes, from: start)
        }
        guard start < bytes.count,
            let (head, end) = try HeadReader.read(
                bytes, from: start, limits: limits, scheme: scheme, memory: &memory)
        else {
            return try incomplete(bytes, from: start)
        }
        guard end - start <= limits.headerBytes else { throw RequestFailure(.headTooLarge) }
        scanned = 0
        hasLine = false
        return .head(head, consumed: end)
    }

    /// Whether nothing of a next request has come, so that the connection is idle.
    package static func isIdle(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] != 0x0D && bytes[index] != 0x0A { return false }
        return bytes.count <= 4
    }

    private mutating func incomplete(_ bytes: Span<UInt8>, from start: Int) throws(RequestFailure)
        -> ParseOutcome
    {
        if scanned == 0 { _ = try findsEnd(bytes, from: start) }
        guard hasLine || bytes.count - start <= limits.requestLineBytes + 1 else {
            throw RequestFailure(Self.hasMethod(bytes, from: start) ? .requestLineTooLong : .methodTooLong)
        }
        guard bytes.count - start <= limits.headerBytes else { throw RequestFailure(.headTooLarge) }
        scanned = bytes.count
        return .incomplete
    }

    /// Whether the method's end has come.
    private static func hasMethod(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        for index in start..<bytes.count where bytes[index] == UInt8(ascii: " ") { return true }
        return false
    }

    /// Whether an empty line ends in the bytes at or after `index`.
    private mutating func findsEnd(_ bytes: Span<UInt8>, from index: Int) throws(RequestFailure) -> Bool {
        var index = index
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") {
                guard index > 0, bytes[index - 1] == UInt8(ascii: "\r") else {
                    throw RequestFailure(.bareLineEnding)
                }
                hasLine = true
                if index >= 3, bytes[index - 2] == UInt8(ascii: "\n") { return true }
            }
            index += 1
        }
        return false
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
