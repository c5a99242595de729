// An answer that is an error, and the page that shows it.

import HTTPTypes

/// What a handler throws to answer with an error's status.
///
/// Only ``status``, ``explanation`` and ``fields`` reach the client; ``cause`` goes to the log.
public struct HandlerFailure: Error {
    /// The status: 4xx or 5xx.
    public let status: HTTPResponse.Status
    /// A sentence for the client; nil for the status' usual one.
    public let explanation: String?
    /// Fields that belong to the status, `Allow` or `Content-Range` for example.
    public let fields: ResponseFields
    /// What led to it. It is logged under the request's id and shown to nobody else.
    public let cause: (any Error)?

    /// Makes a failure; what is left out is the status' usual explanation, no fields, no cause.
    public init(
        _ status: HTTPResponse.Status, _ explanation: String? = nil, fields: ResponseFields = [:],
        cause: (any Error)? = nil
    ) {
        self.status = status
        self.explanation = explanation
        self.fields = fields
        self.cause = cause
    }
}

/// A failure as a client may see it, after it was logged.
public struct Problem: Sendable {
    /// The status: 4xx or 5xx, or a redirect's 3xx.
    public let status: HTTPResponse.Status
    /// A sentence that says what is wrong and what to do about it.
    public let explanation: String
    /// The id under which the log tells more.
    public let requestID: RequestID

    /// Makes a problem of its parts.
    public init(status: HTTPResponse.Status, explanation: String, requestID: RequestID) {
        self.status = status
        self.explanation = explanation
        self.requestID = requestID
    }
}

/// Shows a failure in the representation that the client asks for: HTML, `application/problem+json`
/// (RFC 9457) or text.
public protocol ProblemPage: Sendable {
    /// The response that shows the problem.
    ///
    /// - Parameter fields: The request's fields, for the content negotiation; empty when none could be read.
    func response(for problem: Problem, to fields: HTTPFields) -> Response
}
