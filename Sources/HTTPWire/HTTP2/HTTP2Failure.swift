// Owns why an HTTP/2 connection can't go on.

/// The end of an HTTP/2 connection that the client brought about.
package struct HTTP2Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of end.
    package struct Code: Sendable, Hashable {
        private enum Kind: String {
            case notHTTP2 = "not HTTP/2"
            case protocolError = "protocol error"
            case excess
        }
        private let kind: Kind

        /// The connection doesn't begin as HTTP/2 does (RFC 9113 §3.4).
        package static let notHTTP2 = Code(kind: .notHTTP2)
        /// The client broke a rule of the protocol.
        package static let protocolError = Code(kind: .protocolError)
        /// The client went past a limit; it got GOAWAY with ENHANCE_YOUR_CALM.
        package static let excess = Code(kind: .excess)

        fileprivate var text: String { kind.rawValue }
    }

    /// What kind of end it is.
    package let code: Code
    /// What was wrong in particular, for the log.
    package let context: String

    /// Makes a failure.
    init(_ code: Code, _ context: String = "") {
        self.code = code
        self.context = context
    }

    /// Kind and context, for the log.
    package var description: String { context.isEmpty ? code.text : "\(code.text): \(context)" }
}
