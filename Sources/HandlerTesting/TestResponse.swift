// A response with all its bytes, and the server's rules that stand between a handler and a client.

import HTTPTypes
import HandlerKit

/// What a client would get, the body collected.
public struct TestResponse: Sendable {
    /// The response's status.
    public let status: HTTPResponse.Status
    /// The response's fields as the handler set them, and those that the server's own rules add.
    public let fields: HTTPFields
    /// The whole body; empty for HEAD and where the status allows none.
    public let body: [UInt8]
    /// The length that the response declares; nil when it is not known before the body is sent.
    public let length: UInt64?
    /// The fields after a streamed body.
    public let trailers: HTTPFields?
    /// What a handler threw, which a client never sees; nil if it returned.
    public let failure: (any Error)?

    /// The body as UTF-8, with U+FFFD for what is none.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// Asks a handler as the server does, and collects the answer.
///
/// The server's own rules apply: 405 with `Allow` for a method that the handler does not serve, 200 with `Allow` for
/// OPTIONS, 413 for a body that is declared larger than the handler's limit, no body for HEAD, and for what a handler
/// throws the status that fits. The body of an error is the problem's explanation as plain text.
///
/// - Throws: What collecting the response's body throws: a handler's own errors are an answer, see
///   ``TestResponse/failure``.
public func respond(_ handler: any Handler, to request: Request) async throws -> TestResponse {
    var failure: (any Error)?
    var response: Response
    do {
        if let refusal = try refusal(of: handler, for: request) {
            response = refusal
        } else {
            if let atOnce = try handler.answerAtOnce(to: request) {
                response = atOnce
            } else {
                response = try await handler.respond(to: request)
            }
        }
    } catch {
        failure = error
        response = answer(to: error)
    }
    do {
        try response.fields.check()
    } catch {
        failure = error
        response = answer(to: error)
    }
    let length = response.body.length
    let isBodyless = request.method == .head || [204, 304].contains(response.status.code)
    let (body, trailers) = isBodyless ? ([], nil) : try await collect(response.body)
    return TestResponse(
        status: response.status, fields: response.fields.valid, body: body, length: length,
        trailers: trailers,
        failure: failure)
}

private func refusal(of handler: any Handler, for request: Request) throws -> Response? {
    let methods = ServedMethods(handler.methods)
    guard methods.contains(request.method) else {
        let allowed: ResponseFields = [.allow: methods.allow]
        if request.method == .options { return Response(.ok, fields: allowed) }
        throw HandlerFailure(.methodNotAllowed, fields: allowed)
    }
    if let limit = handler.bodyLimit, let length = request.body.length, length > limit {
        throw BodyFailure(.tooLarge)
    }
    return nil
}

private func answer(to error: any Error) -> Response {
    switch error {
    case let failure as HandlerFailure:
        var response = Response.text((failure.explanation ?? "") + "\n", status: failure.status)
        response.fields.append(contentsOf: failure.fields)
        return response
    case let failure as BodyFailure: return .text("\(failure.code)\n", status: failure.status)
    default: return .text("\n", status: .internalServerError)
    }
}

private func collect(_ body: ResponseBody) async throws -> ([UInt8], HTTPFields?) {
    if case .stream(let length, let write) = body {
        let sink = CollectingSink()
        let trailers = try await write(BodyWriter(sink))
        if let length, length != UInt64(sink.bytes.count) {
            throw BodyFailure(.malformed, context: "wrong length")
        }
        return (sink.bytes, trailers)
    }
    var bytes: [UInt8] = []
    for piece in body.pieces ?? [] {
        switch piece {
        case .bytes(let more): bytes += more
        case .file(var region):
            while region.length > 0 { bytes += try region.readBlocking(atMost: .max) }
        }
    }
    return (bytes, nil)
}

private final class CollectingSink: BodySink {
    var bytes: [UInt8] = []

    func write(_ bytes: [UInt8]) async throws(BodyFailure) {
        self.bytes += bytes
    }
}
