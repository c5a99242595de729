// Whom requests come from: a connection, or a client in this process.

import HandlerKit
import TLS

/// The sender of a request, as far as the answer depends on that.
protocol Requester: AnyObject {
    /// The worker that answers.
    var worker: Worker { get }
    /// What its requests see of it.
    var facts: ConnectionFacts { get }
    /// Whether its requests are those of https.
    var isSecure: Bool { get }
    /// Whether its address has no more connections than it may; others get a 503.
    var isAdmitted: Bool { get }
    /// Whether it speaks plain HTTP to a TLS port.
    var isPlainOnTLS: Bool { get }
    /// Whether it is the server itself, whose requests are not recorded.
    var isInternal: Bool { get }

    /// Whether it was verified as a server name wants it, if it wants that.
    func isVerified(for authority: String?, by context: TLSContext) -> Bool
}
