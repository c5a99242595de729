// Why a file could not be opened or read.

import SystemPackage

/// A failure of the file system, with the call that reported it.
public struct FileFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    public struct Code: Sendable, Equatable {
        private enum Value: Sendable {
            case notFound, notPermitted, outside, notRegular, wouldBlock, other
        }
        private let value: Value

        /// There is no such file, or a part of the path is no folder.
        public static let notFound = Code(value: .notFound)
        /// The process may not open it.
        public static let notPermitted = Code(value: .notPermitted)
        /// The path leads out of the root: by `..`, an absolute link, or a magic link (openat2(2)).
        public static let outside = Code(value: .outside)
        /// It is a FIFO, a device or a socket, and was not opened.
        public static let notRegular = Code(value: .notRegular)
        /// The answer is not in memory; ask again where blocking is allowed.
        public static let wouldBlock = Code(value: .wouldBlock)
        /// Anything else.
        public static let other = Code(value: .other)
    }

    /// What kind of failure it is.
    public let code: Code
    /// The system's error number; nil when no call failed.
    public let errno: Errno?
    /// The call that failed, or what was found instead.
    public let context: String

    /// A failure of a kind that the caller chose.
    public init(_ code: Code, errno: Errno? = nil, context: String) {
        self.code = code
        self.errno = errno
        self.context = context
    }

    init(_ errno: Errno, context: String) {
        let code: Code =
            switch errno {
            case .noSuchFileOrDirectory, .notDirectory, .fileNameTooLong, .tooManySymbolicLinkLevels:
                .notFound
            case .permissionDenied, .notPermitted: .notPermitted
            case .improperLink: .outside
            case .resourceTemporarilyUnavailable: .wouldBlock
            default: .other
            }
        self.init(code, errno: errno, context: context)
    }

    /// The call and the system's words for its error.
    public var description: String {
        errno.map { "\(context): \($0)" } ?? context
    }
}
