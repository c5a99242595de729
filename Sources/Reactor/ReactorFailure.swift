// The one error type of this target.

import SystemPackage

/// A reactor could not be made or started, or the kernel refused to watch a descriptor.
package struct ReactorFailure: Error, Hashable, CustomStringConvertible {
    /// The step that failed.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Step: String {
            case create, start, watch
        }

        private let step: Step

        /// epoll_create1(2) or eventfd(2).
        package static let create = Code(step: .create)
        /// pthread_create(3).
        package static let start = Code(step: .start)
        /// epoll_ctl(2): ENOSPC and ENOMEM are passing, EPERM means a regular file, EEXIST one watched
        /// already.
        package static let watch = Code(step: .watch)

        package var description: String { step.rawValue }
    }

    package let code: Code
    package let errno: Errno
    /// The reactor's name or the descriptor.
    package let context: String

    init(_ code: Code, _ errno: Errno, _ context: String) {
        self.code = code
        self.errno = errno
        self.context = context
    }

    package var description: String { "\(code) \(context): \(errno)" }
}
