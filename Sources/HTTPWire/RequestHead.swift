// Owns what the head of a request says, once it is complete and valid.
import HTTPCore
import HTTPTypes

/// How the content of a request is delimited (RFC 9112 §6.3).
package enum BodyFraming: Sendable, Hashable {
    /// There is none.
    case none
    /// So many bytes; never 0, which is `.none`.
    case length(UInt64)
    /// Chunks, then trailers.
    case chunked
}

/// The head of a request.
package struct RequestHead: Sendable {
    /// Method, authority, target as sent (`path`), fields in order. The scheme is nil: the server knows it.
    /// Host is the authority, or what an absolute-form says in its place (RFC 9112 §3.2.2), and not among the
    /// fields.
    package var request: HTTPRequest
    /// The parsed target.
    package let target: RequestTarget
    /// HTTP/1.0 or HTTP/1.1; a later 1.x counts as 1.1 (RFC 9110 §2.5).
    package let version: HTTPVersion
    /// How the content is delimited.
    package let framing: BodyFraming
    /// Whether the client wants, and its version lets, the connection go on after this request (RFC 9112
    /// §9.3).
    package let keepAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the content (RFC 9110 §10.1.1).
    package let expectsContinue: Bool
}

/// What the bytes so far amount to.
package enum ParseOutcome: Sendable {
    /// Not yet a whole head: read more, and call again with all of it.
    case incomplete
    /// A head, which ends after `consumed` bytes.
    case head(RequestHead, consumed: Int)
}
