// A request's body, pulled by the handler: what isn't read stays with the client.

import HTTPTypes

/// Where a body's bytes come from: a connection, a stream, or an array in a test.
public protocol BodySource: AnyObject {
    /// The next bytes, or nil at the end.
    func next() async throws(BodyFailure) -> [UInt8]?

    /// The fields after the body, once it has ended.
    var trailers: HTTPFields? { get }
}

/// The body of a request, read in pieces as they arrive.
///
/// Nothing is read ahead of the handler: a handler that reads slowly slows the client down, and a body that
/// nobody reads is not taken off the network beyond a small bound. The first read sends `100 Continue` to a
/// client that waits for it (RFC 9110 §10.1.1).
public final class RequestBody {
    /// The length that the client declared, in bytes; nil when it didn't say (chunked).
    public let length: UInt64?
    /// The most bytes that are let through; set by the server once the handler is known.
    package var limit = UInt64.max
    private var received: UInt64 = 0
    private let source: (any BodySource)?

    /// An empty body.
    public init() {
        length = 0
        source = nil
    }

    /// A body that comes from somewhere else.
    public init(length: UInt64?, source: any BodySource) {
        self.length = length
        self.source = source
    }

    /// The next bytes, or nil at the end.
    ///
    /// - Throws: ``BodyFailure``; a handler that lets it through answers with the status that fits.
    public func next() async throws(BodyFailure) -> [UInt8]? {
        guard let bytes = try await source?.next() else { return nil }
        received += UInt64(bytes.count)
        guard received <= limit else { throw BodyFailure(.tooLarge) }
        return bytes
    }

    /// All bytes.
    ///
    /// - Parameter limit: The most bytes to take, at most what fits into memory with ease.
    /// - Throws: ``BodyFailure`` `.tooLarge` as soon as the limit is passed, else like ``next()``.
    public func collect(upTo limit: Int) async throws(BodyFailure) -> [UInt8] {
        if let length, length > UInt64(limit) { throw BodyFailure(.tooLarge) }
        guard var bytes = try await next() else { return [] }
        while let more = try await next() {
            guard bytes.count + more.count <= limit else { throw BodyFailure(.tooLarge) }
            bytes.append(contentsOf: more)
        }
        guard bytes.count <= limit else { throw BodyFailure(.tooLarge) }
        return bytes
    }

    /// The trailer fields (RFC 9110 §6.5), known once the body has been read to its end.
    public var trailers: HTTPFields? { source?.trailers }
}

/// Why a body could not be read.
public struct BodyFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Sendable, Equatable, CustomStringConvertible {
        private enum Value: String, Sendable {
            case tooLarge = "body too large"
            case timedOut = "body timed out"
            case malformed = "body malformed"
            case disconnected = "client went away"
        }
        private let value: Value

        /// The body is larger than allowed: 413.
        public static let tooLarge = Code(value: .tooLarge)
        /// The body did not come in time, or too slowly: 408.
        public static let timedOut = Code(value: .timedOut)
        /// The body's framing is broken: 400.
        public static let malformed = Code(value: .malformed)
        /// The client closed the connection in mid body; nobody is there to read an answer.
        public static let disconnected = Code(value: .disconnected)

        /// The kind in words, for the log.
        public var description: String { value.rawValue }
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was wrong in particular, for the log.
    public let context: String

    /// Makes a failure of a kind, with what was wrong in particular.
    public init(_ code: Code, context: String = "") {
        self.code = code
        self.context = context
    }

    /// Kind and context, for the log.
    public var description: String { context.isEmpty ? code.description : "\(code): \(context)" }

    /// The status that tells the client.
    public var status: HTTPResponse.Status {
        switch code {
        case .tooLarge: .contentTooLarge
        case .timedOut: .requestTimeout
        default: .badRequest
        }
    }
}
