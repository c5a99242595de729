/// A version of HTTP that this server speaks (RFC 9110 §2.5).
public enum HTTPVersion: UInt8, Sendable, Hashable, Comparable, CaseIterable {
    /// HTTP/1.0 (RFC 1945): one request a connection unless both sides say `keep-alive`.
    case http10 = 10
    /// HTTP/1.1 (RFC 9112).
    case http11 = 11
    /// HTTP/2 (RFC 9113).
    case http2 = 20

    /// Orders versions by age, oldest first.
    public static func < (lhs: HTTPVersion, rhs: HTTPVersion) -> Bool { lhs.rawValue < rhs.rawValue }
}

extension HTTPVersion: CustomStringConvertible {
    /// The name as a log line shows it: `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    public var description: String {
        switch self {
        case .http10: "HTTP/1.0"
        case .http11: "HTTP/1.1"
        case .http2: "HTTP/2"
        }
    }
}
