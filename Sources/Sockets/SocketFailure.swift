// The one error type of this target: what was attempted, the kernel's reason, and on what.

import SystemPackage

/// A socket could not be made, bound, adopted, connected or addressed.
package struct SocketFailure: Error, Hashable, CustomStringConvertible {
    /// The step that failed.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Step: String {
            case address, resolve, create, option, bind, listen, connect, adopt
        }

        private let step: Step

        /// The text of an address is malformed; no errno.
        package static let address = Code(step: .address)
        /// A host name has no address; no errno, getaddrinfo(3)'s words are in the context.
        package static let resolve = Code(step: .resolve)
        /// socket(2) or socketpair(2).
        package static let create = Code(step: .create)
        /// setsockopt(2), getsockopt(2), fcntl(2) or getsockname(2).
        package static let option = Code(step: .option)
        /// bind(2), or the care for a unix socket's file.
        package static let bind = Code(step: .bind)
        /// listen(2).
        package static let listen = Code(step: .listen)
        /// connect(2).
        package static let connect = Code(step: .connect)
        /// A descriptor that was handed over is not a listening stream socket.
        package static let adopt = Code(step: .adopt)

        package var description: String { step.rawValue }
    }

    package let code: Code
    /// The kernel's reason, where there is one.
    package let errno: Errno?
    /// The address or descriptor, and what is wrong with it.
    package let context: String

    package init(_ code: Code, _ errno: Errno? = nil, _ context: String) {
        self.code = code
        self.errno = errno
        self.context = context
    }

    /// `bind 127.0.0.1:443: Permission denied`.
    package var description: String {
        guard let errno else { return "\(code) \(context)" }
        return "\(code) \(context): \(errno)"
    }
}
