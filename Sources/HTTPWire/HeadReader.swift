// Owns the reading of one head from its request line to its empty line, and the judgement on what it says of
// itself.
import HTTPCore
import HTTPTypes

/// What is known of a head while its fields are read.
struct HeadReader {
    private let line: RequestLine
    private var fields = HTTPFields()
    private var host: String?
    private var contentLength: UInt64?
    private var isChunked = false
    private var says = ConnectionOptions()
    private var expectsContinue = false
    private var hasContentType = false

    private init(_ line: RequestLine) { self.line = line }

    /// Reads the head at `start` and says where it ends; nil if it is not complete. `memory` has the head
    /// before, and this one afterwards.
    static func read(
        _ bytes: Span<UInt8>, from start: Int, limits: HTTPLimits, scheme: String?, memory: inout HeadMemory
    ) throws(RequestFailure) -> (head: ParsedHead, end: Int)? {
        if let repeated = memory.repeated(bytes, from: start) { return repeated }
        guard let line = try RequestLine(bytes, at: start, limit: limits.requestLineBytes) else { return nil }
        var reader = HeadReader(line)
        var lines: [KnownLine] = []
        lines.reserveCapacity(memory.lines.count)
        reader.fields.reserveCapacity(memory.lines.count)
        var index = line.end
        var cursor = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: "\r") {
            guard let (known, value, end) = try Self.line(bytes, at: index, memory, &cursor) else {
                return nil
            }
            guard lines.count < limits.fieldCount else { throw RequestFailure(.tooManyFields) }
            try reader.take(known, bytes.extracting(value))
            lines.append(known)
            index = end
        }
        guard index + 1 < bytes.count else { return nil }
        guard bytes[index + 1] == UInt8(ascii: "\n") else { throw RequestFailure(.bareLineEnding) }
        let head = try reader.finish(scheme)
        if head.keepAlive { memory.keep(head, lines, bytes.extracting(start..<(index + 2))) }
        return (head, index + 2)
    }

    /// The line at `index`, its value and its end; nil if it is not complete. `cursor` follows it in the head
    /// before, over lines whose value changed and lines that are new.
    private static func line(
        _ bytes: Span<UInt8>, at index: Int, _ memory: HeadMemory, _ cursor: inout Int
    ) throws(RequestFailure) -> (known: KnownLine, value: Range<Int>, end: Int)? {
        if cursor < memory.lines.count, let end = memory.lines[cursor].end(in: bytes, at: index) {
            let known = memory.lines[cursor]
            cursor += 1
            return (known, (index + known.field.name.rawName.utf8.count + 2)..<(end - 2), end)
        }
        guard let line = try FieldLine(bytes, at: index) else { return nil }
        let known = try KnownLine(bytes, line)
        if cursor < memory.lines.count, memory.lines[cursor].field.name == known.field.name { cursor += 1 }
        return (known, line.value, line.end)
    }

    /// Takes one field; those that frame or route the message are judged at once.
    private mutating func take(_ line: KnownLine, _ value: Span<UInt8>) throws(RequestFailure) {
        switch line.name.role {
        case .host:
            guard host == nil else { throw RequestFailure(.repeatedHost) }
            guard Authority.isValid(value) else { throw RequestFailure(.invalidHost) }
            host = line.field.value
            return
        case .contentLength: try takeContentLength(value)
        case .transferEncoding: try takeTransferEncoding(value)
        case .connection: says.read(value)
        case .expect: try takeExpect(value)
        case .contentType: try takeContentType()
        case .ordinary: break
        }
        fields.append(line.field)
    }

    /// Digits only (RFC 9110 §8.6), once only.
    private mutating func takeContentLength(_ value: Span<UInt8>) throws(RequestFailure) {
        guard contentLength == nil else { throw RequestFailure(.repeatedContentLength) }
        guard let length = ContentLength.parse(value) else { throw RequestFailure(.invalidContentLength) }
        contentLength = length
    }

    /// `chunked`, once only (RFC 9112 §6.1).
    private mutating func takeTransferEncoding(_ value: Span<UInt8>) throws(RequestFailure) {
        guard !isChunked, line.version != .http10 else { throw RequestFailure(.invalidTransferCoding) }
        isChunked = value.equalsIgnoringCase("chunked")
        guard !isChunked else { return }
        let codings = FieldSyntax.list(String(validating: value) ?? "")
        let chunkedAt = codings.firstIndex { FieldSyntax.equalIgnoringCase($0, "chunked") }
        let isMisplaced = codings.isEmpty || chunkedAt.map { $0 < codings.count - 1 } ?? false
        throw RequestFailure(isMisplaced ? .invalidTransferCoding : .unknownTransferCoding)
    }

    /// HTTP/1.0 has no interim responses (RFC 9110 §10.1.1).
    private mutating func takeExpect(_ value: Span<UInt8>) throws(RequestFailure) {
        guard let text = String(validating: value) else { throw RequestFailure(.unknownExpectation) }
        if try Expectation.asksToContinue(text) { expectsContinue = line.version != .http10 }
    }

    /// Two types are one too many: readers differ in which they take (RFC 9110 §8.3).
    private mutating func takeContentType() throws(RequestFailure) {
        guard !hasContentType else { throw RequestFailure(.repeatedContentType) }
        hasContentType = true
    }

    /// The head, once its fields are all read.
    private consuming func finish(_ scheme: String?) throws(RequestFailure) -> ParsedHead {
        guard host != nil || line.version == .http10 else { throw RequestFailure(.missingHost) }
        guard !isChunked || contentLength == nil else { throw RequestFailure(.lengthAndCoding) }
        let framing: BodyFraming =
            if isChunked { .chunked } else if let length = contentLength, length > 0 { .length(length) } else
            { .none }
        let request = HTTPRequest(
            method: line.method, scheme: scheme, authority: line.target.authority ?? host,
            path: line.target.raw,
            headerFields: fields)
        return ParsedHead(
            head: RequestHead(request: request, target: line.target, version: line.version), framing: framing,
            keepAlive: says.keepsAlive(line.version), expectsContinue: expectsContinue && framing != .none)
    }
}

/// The options of Connection that this server knows (RFC 9110 §7.6.1).
private struct ConnectionOptions {
    private var close = false
    private var keepAlive = false

    mutating func read(_ value: Span<UInt8>) {
        if value.equalsIgnoringCase("keep-alive") {
            keepAlive = true
        } else if value.equalsIgnoringCase("close") {
            close = true
        } else {
            let options = String(validating: value) ?? ""
            close = close || FieldSyntax.list(options, contains: "close")
            keepAlive = keepAlive || FieldSyntax.list(options, contains: "keep-alive")
        }
    }

    /// Whether the connection goes on by RFC 9112 §9.3.
    func keepsAlive(_ version: HTTPVersion) -> Bool { !close && (keepAlive || version >= .http11) }
}
