// Why a connection ended before its time. It is one client's matter: logged at info or below.

import SystemPackage
import TLS

/// The end of a connection that was no orderly one.
struct ConnectionFailure: Error, CustomStringConvertible {
    /// The kinds of end.
    struct Code: Equatable, Sendable {
        private enum Value: String { case reset, tls, timedOut, cancelled, closed, refused, aborted }
        private let value: Value

        /// The kernel reported an error: mostly the peer's reset.
        static let reset = Code(value: .reset)
        /// The TLS layer gave up.
        static let tls = Code(value: .tls)
        /// A deadline passed.
        static let timedOut = Code(value: .timedOut)
        /// The server ends all connections.
        static let cancelled = Code(value: .cancelled)
        /// The peer closed in mid message.
        static let closed = Code(value: .closed)
        /// What came first is nothing that is served there.
        static let refused = Code(value: .refused)

        /// The server can't finish a response; the client must see that.
        static let aborted = Code(value: .aborted)

        var text: String { value.rawValue }
    }

    let code: Code
    /// What was going on, or what a layer below says.
    let context: String

    init(_ code: Code, _ context: String = "") {
        self.code = code
        self.context = context
    }

    var description: String { context.isEmpty ? code.text : "\(code.text): \(context)" }
}
