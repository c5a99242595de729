// SupervisionError: the one error of this target.
import SystemPackage

/// A failure between this process and its service manager, its log, or its signals.
package struct SupervisionError: Error, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    package struct Code: Sendable, Equatable {
        private enum Value {
            case environment, notification, socket, signal, thread, credential, watch, program, accessLog
        }
        private let value: Value

        /// A variable that the service manager sets has a value that makes no sense.
        package static let environment = Code(value: .environment)
        /// A message to the service manager could not be sent.
        package static let notification = Code(value: .notification)
        /// A descriptor that was handed over cannot be used.
        package static let socket = Code(value: .socket)
        /// Signals could not be blocked or read.
        package static let signal = Code(value: .signal)
        /// The log's thread could not be started.
        package static let thread = Code(value: .thread)
        /// A credential has a name that no credential can have, or there are none at all.
        package static let credential = Code(value: .credential)
        /// Files could not be watched.
        package static let watch = Code(value: .watch)
        /// Another program could not be started.
        package static let program = Code(value: .program)
        /// The file of the access log could not be opened.
        package static let accessLog = Code(value: .accessLog)
    }

    /// What kind of failure it is.
    package let code: Code
    /// What the system said, if it was asked.
    package let errno: Errno?
    /// What was tried, for people.
    package let context: String

    /// Makes an error out of what was tried and what the system said.
    package init(_ code: Code, errno: Errno? = nil, context: String) {
        self.code = code
        self.errno = errno
        self.context = context
    }

    /// What was tried, a colon, and what the system said.
    package var description: String {
        guard let errno else { return context }
        return "\(context): \(errno)"
    }
}
