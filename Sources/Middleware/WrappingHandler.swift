// A handler around another: what a section configures for any module. What it doesn't configure isn't there.

import HTTPTypes
import HandlerKit

/// A handler that decides whether, and how, another one answers.
protocol WrappingHandler: LifecycleHandler {
    /// The handler inside.
    var inner: any Handler { get }
}

extension WrappingHandler {
    package var methods: [HTTPRequest.Method] { inner.methods }
    package var bodyLimit: UInt64? { inner.bodyLimit }
    package var wantsHandshake: Bool { inner.wantsHandshake }

    package func start() async throws { try await (inner as? any LifecycleHandler)?.start() }
    package func stop() async { await (inner as? any LifecycleHandler)?.stop() }
}

extension Handler {
    /// The answer, at once or not.
    func answer(to request: Request) async throws -> Response {
        if let response = try answerAtOnce(to: request) { return response }
        return try await respond(to: request)
    }
}
