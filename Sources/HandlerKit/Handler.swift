// What a module implements: one method from a request to a response.

import HTTPCore
import HTTPTypes

/// Something that answers requests.
///
/// A handler is made once for each section of the configuration file that names its module, and serves
/// all workers at the same time: what it keeps must be `Sendable`. It runs on its connection's reactor,
/// so it must not block; a call that may block goes to ``Threads/BlockingPool``.
///
/// ```swift
/// struct Hello: Handler {
///     func respond(to request: Request) async throws -> Response {
///         .text("Hello, \(request.connection.remote.host)!")
///     }
/// }
/// ```
public protocol Handler: Sendable {
    /// The methods that are served; the default is GET and HEAD.
    ///
    /// Others are answered with 405 and `Allow`, OPTIONS with 200 and `Allow`, before the handler is asked
    /// (RFC 9110 §9.3.7, §15.5.6). A method that no handler could serve is answered with 501.
    var methods: [HTTPRequest.Method] { get }

    /// The most bytes that a request's body may have, or nil for the server's `body_bytes`.
    var bodyLimit: UInt64? { get }

    /// Whether the handler looks at ``TLSDetails/handshake``; the default is no.
    ///
    /// If one handler of a configuration does, the server keeps what is said in each handshake, some 250 bytes of a
    /// connection.
    var wantsHandshake: Bool { get }

    /// The answer to a request that needs no waiting for it; nil for one that does, and by default for all.
    ///
    /// The server asks here first: an answer at once costs an HTTP/2 request neither a task nor a switch. It throws as
    /// ``respond(to:)`` does.
    func answerAtOnce(to request: Request) throws -> Response?

    /// Answers one request that ``answerAtOnce(to:)`` left.
    ///
    /// HEAD may be answered like GET: the server sends the fields and leaves the body out.
    ///
    /// - Throws: ``HandlerFailure`` for an answer with another status; any other error becomes a 500 whose
    ///   text says nothing of it, and a log entry under the same request id that says all.
    func respond(to request: Request) async throws -> Response
}

extension Handler {
    /// GET and HEAD.
    public var methods: [HTTPRequest.Method] { [.get, .head] }
    /// The server's limit.
    public var bodyLimit: UInt64? { nil }
    /// No.
    public var wantsHandshake: Bool { false }
    /// None.
    public func answerAtOnce(to request: Request) throws -> Response? { nil }
}

/// A handler that has something to begin before the first request and to end after the last.
public protocol LifecycleHandler: Handler {
    /// Called once before the first request. When it throws, the configuration that asked for this handler
    /// does not come into force.
    func start() async throws

    /// Called once after the last request, also after a failed ``start()``.
    func stop() async
}
