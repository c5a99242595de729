// Requests without a socket: every part has a default, so that a test names what it is about.

import HTTPCore
import HTTPTypes
import HandlerKit
import Synchronization

extension Request {
    /// A request as the server would hand it to a handler.
    ///
    /// ```swift
    /// let request = try Request.make(.post, "/echo?x=1", fields: [.accept: "text/html"], body: "text=hello")
    /// let response = try await respond(handler, to: request)
    /// #expect(response.status == .ok)
    /// ```
    ///
    /// - Parameters:
    ///   - target: The request target as it would stand in the request line, query included.
    ///   - fields: The request's fields; nothing is added but `Content-Length`, when there is a body.
    ///   - body: The body, which arrives as a whole.
    ///   - mount: The path prefix of the handler's section.
    ///   - connection: Where the request comes from.
    ///   - user: Whose password was verified.
    /// - Throws: ``HTTPCore/HTTPSyntaxError`` for a target that the server would refuse.
    public static func make(
        _ method: HTTPRequest.Method = .get, _ target: String = "/", fields: HTTPFields = [:],
        body: String = "",
        mount: String = "/", version: HTTPVersion = .http11, number: Int = 1,
        connection: ConnectionFacts = .forTesting(), user: String? = nil
    ) throws(HTTPSyntaxError) -> Request {
        let request = try make(
            method, target, fields: fields, body: Array(body.utf8), mount: mount, version: version,
            number: number,
            connection: connection)
        if let user { request.user = user }
        return request
    }

    /// A request whose body is bytes.
    public static func make(
        _ method: HTTPRequest.Method, _ target: String, fields: HTTPFields = [:], body: [UInt8],
        mount: String = "/",
        version: HTTPVersion = .http11, number: Int = 1, connection: ConnectionFacts = .forTesting()
    ) throws(HTTPSyntaxError) -> Request {
        var fields = fields
        if !body.isEmpty { fields[.contentLength] = "\(body.count)" }
        let length = UInt64(body.count)
        let body = body.isEmpty ? RequestBody() : RequestBody(length: length, source: TestBody([body]))
        return try make(method, target, fields, body, mount, version, number, connection)
    }

    /// A request whose body arrives in chunks, its length unknown until the end.
    ///
    /// - Parameters:
    ///   - chunks: The pieces that ``HandlerKit/RequestBody/next()`` returns, in order.
    ///   - failure: What reading throws after the last chunk, instead of ending.
    ///   - trailers: The fields after the body.
    public static func make(
        _ method: HTTPRequest.Method, _ target: String, fields: HTTPFields = [:], chunks: [[UInt8]],
        failure: BodyFailure? = nil, trailers: HTTPFields? = nil, mount: String = "/",
        connection: ConnectionFacts = .forTesting()
    ) throws(HTTPSyntaxError) -> Request {
        let source = TestBody(chunks, failure: failure, trailers: trailers)
        let body = RequestBody(length: nil, source: source)
        return try make(method, target, fields, body, mount, .http11, 1, connection)
    }

    private static func make(
        _ method: HTTPRequest.Method, _ target: String, _ fields: HTTPFields, _ body: RequestBody,
        _ mount: String,
        _ version: HTTPVersion, _ number: Int, _ connection: ConnectionFacts
    ) throws(HTTPSyntaxError) -> Request {
        let head = HTTPRequest(
            method: method, scheme: connection.tls == nil ? "http" : "https", authority: "localhost",
            path: target,
            headerFields: fields)
        return Request(
            RequestHead(request: head, target: try RequestTarget(target, method: method), version: version),
            mount: mount, id: RequestID(nextID.add(1, ordering: .relaxed).newValue), number: number,
            connection: connection, body: body)
    }

}

private let nextID = Atomic<UInt64>(0)

/// A body of chunks that are there already.
private final class TestBody: BodySource {
    private var chunks: ArraySlice<[UInt8]>
    private let failure: BodyFailure?
    private let end: HTTPFields?
    private var hasEnded = false

    init(_ chunks: [[UInt8]], failure: BodyFailure? = nil, trailers: HTTPFields? = nil) {
        self.chunks = chunks[...]
        self.failure = failure
        end = trailers
    }

    func next() async throws(BodyFailure) -> [UInt8]? {
        if let chunk = chunks.popFirst() { return chunk }
        if let failure { throw failure }
        hasEnded = true
        return nil
    }

    var trailers: HTTPFields? { hasEnded ? end : nil }
}
