// Owns why a request is refused before any handler sees it; after each the connection closes.
import HTTPTypes

/// A request that is not taken: the code for the log, the status and a message for the client.
package struct RequestFailure: Error, Sendable, Hashable {
    /// What is wrong with the request; its name is stable for logs and tests.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case malformedRequestLine, methodTooLong, malformedTarget, malformedVersion, unsupportedVersion,
                requestLineTooLong
            case malformedField, foldedField, bareLineEnding, headTooLarge, tooManyFields
            case missingHost, repeatedHost, invalidHost, unknownExpectation
            case invalidContentLength, repeatedContentLength, repeatedContentType
            case lengthAndCoding, invalidTransferCoding
            case unknownTransferCoding, invalidChunk, invalidTrailer, trailersTooLarge
        }

        private let kind: Kind

        /// The request line is not `method SP target SP version` (RFC 9112 §3); 400.
        package static let malformedRequestLine = Code(kind: .malformedRequestLine)
        /// The method is longer than a whole request line may be, and so than any that is known (RFC 9112 §3); 501.
        package static let methodTooLong = Code(kind: .methodTooLong)
        /// The target has no form of RFC 9112 §3.2, or is not a path that can be decoded; 400.
        package static let malformedTarget = Code(kind: .malformedTarget)
        /// The version is not `HTTP/digit.digit` (RFC 9112 §2.3); 400.
        package static let malformedVersion = Code(kind: .malformedVersion)
        /// A major version other than 1; 505.
        package static let unsupportedVersion = Code(kind: .unsupportedVersion)
        /// The request line is past its limit; 414.
        package static let requestLineTooLong = Code(kind: .requestLineTooLong)
        /// A field line is not `name: value` (RFC 9112 §5), or has a control character; 400.
        package static let malformedField = Code(kind: .malformedField)
        /// A line starts with white space (RFC 9112 §5.2, §2.2); 400.
        package static let foldedField = Code(kind: .foldedField)
        /// A CR without LF, or an LF without CR (RFC 9112 §2.2); 400.
        package static let bareLineEnding = Code(kind: .bareLineEnding)
        /// The head is past its limit; 431.
        package static let headTooLarge = Code(kind: .headTooLarge)
        /// More fields than the limit; 431.
        package static let tooManyFields = Code(kind: .tooManyFields)
        /// No Host in HTTP/1.1 (RFC 9112 §3.2); 400.
        package static let missingHost = Code(kind: .missingHost)
        /// More than one Host (RFC 9112 §3.2); 400.
        package static let repeatedHost = Code(kind: .repeatedHost)
        /// Host is empty or not a host with an optional port; 400.
        package static let invalidHost = Code(kind: .invalidHost)
        /// Expect holds something other than `100-continue` (RFC 9110 §10.1.1); 417.
        package static let unknownExpectation = Code(kind: .unknownExpectation)
        /// Content-Length is not one number (RFC 9112 §6.3); 400.
        package static let invalidContentLength = Code(kind: .invalidContentLength)
        /// More than one Content-Length, equal or not; 400.
        package static let repeatedContentLength = Code(kind: .repeatedContentLength)
        /// More than one Content-Type, which is no list (RFC 9110 §8.3); 400.
        package static let repeatedContentType = Code(kind: .repeatedContentType)
        /// Both Content-Length and Transfer-Encoding (RFC 9112 §6.1); 400.
        package static let lengthAndCoding = Code(kind: .lengthAndCoding)
        /// `chunked` is not last, or repeated, or comes with HTTP/1.0 (RFC 9112 §6.1); 400.
        package static let invalidTransferCoding = Code(kind: .invalidTransferCoding)
        /// A transfer coding other than `chunked` (RFC 9112 §6.1); 501.
        package static let unknownTransferCoding = Code(kind: .unknownTransferCoding)
        /// A chunk's size, extension or end is malformed (RFC 9112 §7.1); 400.
        package static let invalidChunk = Code(kind: .invalidChunk)
        /// A trailer field is malformed, or one that the reading of the message depends on (RFC 9110 §6.5.1); 400.
        package static let invalidTrailer = Code(kind: .invalidTrailer)
        /// The trailer section is past the head's limits; 431.
        package static let trailersTooLarge = Code(kind: .trailersTooLarge)

        /// The code's name, as a log line shows it.
        package var description: String { kind.rawValue }

        fileprivate var status: HTTPResponse.Status {
            switch kind {
            case .requestLineTooLong: .uriTooLong
            case .headTooLarge, .tooManyFields, .trailersTooLarge: .requestHeaderFieldsTooLarge
            case .unknownExpectation: .expectationFailed
            case .unknownTransferCoding, .methodTooLong: .notImplemented
            case .unsupportedVersion: .httpVersionNotSupported
            default: .badRequest
            }
        }

        fileprivate var message: String {
            switch kind {
            case .malformedRequestLine: "The request line is malformed."
            case .methodTooLong: "The method is not implemented."
            case .malformedTarget: "The request target is not valid."
            case .malformedVersion: "The HTTP version is malformed."
            case .unsupportedVersion: "This server speaks HTTP/1.1 here."
            case .requestLineTooLong: "The request line is too long."
            case .malformedField: "A header field is malformed."
            case .foldedField: "A line of the header starts with white space."
            case .bareLineEnding: "A line does not end in CRLF."
            case .headTooLarge: "The header is too large."
            case .tooManyFields: "The header has too many fields."
            case .missingHost: "The Host field is missing."
            case .repeatedHost: "The Host field stands more than once."
            case .invalidHost: "The Host field is not valid."
            case .unknownExpectation: "The Expect field asks for something unknown."
            case .invalidContentLength: "The Content-Length field is not a number."
            case .repeatedContentLength: "The Content-Length field stands more than once."
            case .repeatedContentType: "The Content-Type field stands more than once."
            case .lengthAndCoding: "Content-Length and Transfer-Encoding exclude each other."
            case .invalidTransferCoding: "The Transfer-Encoding field is not valid."
            case .unknownTransferCoding: "The only transfer coding known here is chunked."
            case .invalidChunk: "A chunk of the content is malformed."
            case .invalidTrailer: "The trailer section is malformed."
            case .trailersTooLarge: "The trailer section is too large."
            }
        }
    }

    /// What is wrong.
    package let code: Code

    /// Makes a failure.
    package init(_ code: Code) { self.code = code }

    /// The status to answer with.
    package var status: HTTPResponse.Status { code.status }

    /// A sentence for the client; it holds no byte of the request.
    package var publicMessage: String { code.message }
}

extension RequestFailure: CustomStringConvertible {
    /// The status and the code, for a log line.
    package var description: String { "\(status.code) \(code)" }
}
