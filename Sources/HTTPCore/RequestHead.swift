// Owns what the head of a request says once it is complete and valid; immutable, so that all who see it share one.
import HTTPTypes

/// The head of a request: what a client asks for, and what it says beside that.
public final class RequestHead: Sendable {
    /// Method, scheme, authority, target as it was sent (`path`), and the fields in their order.
    ///
    /// Host is the authority, or what an absolute-form says in its place (RFC 9112 §3.2.2), and not among the fields.
    public let request: HTTPRequest
    // Taken out of the request once: each look into it costs references to its parts.
    /// The request's method.
    public let method: HTTPRequest.Method
    /// The request's authority.
    package let authority: String?
    /// Whether the response goes without its content.
    package let isHEAD: Bool
    /// The parsed target.
    public let target: RequestTarget
    /// The version that the client speaks; a later 1.x counts as 1.1 (RFC 9110 §2.5).
    public let version: HTTPVersion

    /// Makes a head of its parts.
    public init(request: HTTPRequest, target: RequestTarget, version: HTTPVersion) {
        self.request = request
        method = request.method
        authority = request.authority
        isHEAD = method == .head
        self.target = target
        self.version = version
    }
}
