// Owns how a request's head and content are delimited.
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

/// A head as HTTP/1.1 delimits it.
package struct ParsedHead: Sendable {
    /// What it says; shared with later requests that say the same.
    package let head: RequestHead
    /// How the content is delimited.
    package let framing: BodyFraming
    /// Whether the client wants, and its version lets, the connection go on after this request (RFC 9112 §9.3).
    package let keepAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the content (RFC 9110 §10.1.1).
    package let expectsContinue: Bool

    /// Method, authority, target and fields.
    package var request: HTTPRequest { head.request }
    /// The parsed target.
    package var target: RequestTarget { head.target }
    /// HTTP/1.0 or HTTP/1.1.
    package var version: HTTPVersion { head.version }
}

/// What the bytes so far amount to.
package enum ParseOutcome: Sendable {
    /// Not yet a whole head: read more, and call again with all of it.
    case incomplete
    /// A head, which ends after `consumed` bytes.
    case head(ParsedHead, consumed: Int)
}
