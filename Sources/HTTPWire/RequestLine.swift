// Owns the request line (RFC 9112 §3): one space between its parts, CRLF after them.
import HTTPCore
import HTTPTypes

/// The three parts of a request line.
struct RequestLine {
    let method: HTTPRequest.Method
    let target: RequestTarget
    let version: HTTPVersion
    /// The offset past the line's CRLF.
    let end: Int

    /// Reads the line at `start`, nil if it is not complete.
    init?(_ bytes: Span<UInt8>, at start: Int, limit: Int) throws(RequestFailure) {
        var methodEnd = start
        while methodEnd < bytes.count, ByteSet.token.contains(bytes[methodEnd]) { methodEnd &+= 1 }
        try Self.check(methodEnd - start, limit)
        guard methodEnd < bytes.count else { return nil }
        guard bytes[methodEnd] == UInt8(ascii: " "), methodEnd > start else {
            throw RequestFailure(.malformedRequestLine)
        }
        let targetStart = methodEnd &+ 1
        let targetEnd = Self.endOfTarget(bytes, from: targetStart)
        guard targetEnd < bytes.count else {
            try Self.check(bytes.count - start, limit)
            return nil
        }
        try Self.check(targetEnd + 9 - start, limit)
        guard bytes[targetEnd] == UInt8(ascii: " "), targetEnd > targetStart else {
            throw RequestFailure(.malformedRequestLine)
        }
        guard let version = try Self.version(bytes, at: targetEnd &+ 1) else { return nil }
        self.version = version
        end = targetEnd &+ 11
        method = try Self.method(bytes.extracting(start..<methodEnd))
        target = try Self.target(bytes.extracting(targetStart..<targetEnd), method)
    }

    private static func check(_ length: Int, _ limit: Int) throws(RequestFailure) {
        guard length <= limit else { throw RequestFailure(.requestLineTooLong) }
    }

    /// The offset of the first byte that no target has: a space or a control character.
    private static func endOfTarget(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] > 0x20, bytes[index] != 0x7F { index &+= 1 }
        return index
    }

    /// `HTTP/1.1` and the CRLF after it; nil if they are not complete.
    private static func version(_ bytes: Span<UInt8>, at start: Int) throws(RequestFailure) -> HTTPVersion? {
        let expected = "HTTP/".utf8.span
        for index in start..<min(bytes.count, start &+ 10) {
            let byte = bytes[index]
            let isExpected =
                switch index &- start {
                case 5, 7: byte.decimalValue != nil
                case 6: byte == UInt8(ascii: ".")
                case 8: byte == UInt8(ascii: "\r")
                case 9: byte == UInt8(ascii: "\n")
                case let offset: byte == expected[offset]
                }
            guard isExpected else { throw RequestFailure(.malformedVersion) }
        }
        guard start &+ 10 <= bytes.count else { return nil }
        guard bytes[start &+ 5] == UInt8(ascii: "1") else { throw RequestFailure(.unsupportedVersion) }
        return bytes[start &+ 7] == UInt8(ascii: "0") ? .http10 : .http11
    }

    private static func method(_ bytes: Span<UInt8>) throws(RequestFailure) -> HTTPRequest.Method {
        if bytes.count == 3, bytes[0] == 0x47, bytes[1] == 0x45, bytes[2] == 0x54 { return .get }
        guard let name = String(validating: bytes), let method = HTTPRequest.Method(name) else {
            throw RequestFailure(.malformedRequestLine)
        }
        return method
    }

    private static func target(
        _ bytes: Span<UInt8>, _ method: HTTPRequest.Method
    ) throws(RequestFailure) -> RequestTarget {
        guard let raw = String(validating: bytes) else { throw RequestFailure(.malformedTarget) }
        do {
            return try RequestTarget(raw, method: method)
        } catch {
            throw RequestFailure(.malformedTarget)
        }
    }
}

extension String {
    /// The string of `bytes`, nil if they are not UTF-8.
    init?(validating bytes: Span<UInt8>) {
        do {
            self.init(copying: try UTF8Span(validating: bytes))
        } catch {
            return nil
        }
    }
}
