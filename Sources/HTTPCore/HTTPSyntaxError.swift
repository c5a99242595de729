/// What is wrong with a value that a client sent; each maps to status 400 unless its code says otherwise.
public struct HTTPSyntaxError: Error, Sendable, Hashable {
    /// The kind of error, stable for logs and tests.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidTarget, invalidPercentEncoding, nulInPath, invalidAuthority, tooManyItems
            case invalidBoundary, malformedMultipart, malformedPart, partHeadTooLarge, incompleteMultipart
        }

        private let kind: Kind

        /// The request target has no form of RFC 9112 §3.2, or a character that a URI may not have.
        public static let invalidTarget = Code(kind: .invalidTarget)
        /// A `%` in the path is not followed by two hexadecimal digits (RFC 3986 §2.1).
        public static let invalidPercentEncoding = Code(kind: .invalidPercentEncoding)
        /// The path decodes to one with a NUL, which no file and no page can be named by.
        public static let nulInPath = Code(kind: .nulInPath)
        /// The host or port does not follow RFC 3986 §3.2, or there is user information before it.
        public static let invalidAuthority = Code(kind: .invalidAuthority)
        /// More form fields, query items or parts than the caller's limit; status 413.
        public static let tooManyItems = Code(kind: .tooManyItems)
        /// A multipart type without a boundary, or with one that RFC 2046 §5.1.1 does not allow.
        public static let invalidBoundary = Code(kind: .invalidBoundary)
        /// What stands before, between or after the parts is not what RFC 2046 §5.1.1 has there.
        public static let malformedMultipart = Code(kind: .malformedMultipart)
        /// A part's fields are malformed, or do not name it (RFC 7578 §4.2).
        public static let malformedPart = Code(kind: .malformedPart)
        /// A part's fields are past the caller's limit; status 413.
        public static let partHeadTooLarge = Code(kind: .partHeadTooLarge)
        /// The content ended before its closing delimiter.
        public static let incompleteMultipart = Code(kind: .incompleteMultipart)

        /// The code's name, as a log line shows it.
        public var description: String { kind.rawValue }
    }

    /// The kind of error.
    public let code: Code
    /// Which part was at fault; no bytes of the client's, so it may be shown to anyone.
    public let context: String

    /// Makes an error; `context` is shown to clients.
    public init(_ code: Code, context: String) {
        self.code = code
        self.context = context
    }
}

extension HTTPSyntaxError: CustomStringConvertible {
    /// The code and its context, for a log line.
    public var description: String { "\(code): \(context)" }
}
