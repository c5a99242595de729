// Owns the one error type of this target: what failed, in which file, and all that OpenSSL said about it.
import SystemPackage

/// Why a certificate, a context or a connection could not be used.
package struct TLSFailure: Error, Sendable {
    /// The kind of a failure; compare it, since the texts may change.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case unreadableFile = "file cannot be read"
            case unwritableFile = "file cannot be written"
            case badCertificate = "bad certificate"
            case badKey = "bad private key"
            case encryptedKey = "private key is encrypted"
            case wrongPassphrase = "wrong passphrase"
            case keyMismatch = "private key does not belong to the certificate"
            case chainOrder = "certificate chain is broken"
            case badSetting = "bad setting"
            case reset = "connection reset"
            case protocolViolation = "protocol violation"
            case peerAlert = "peer sent an alert"
            case untrusted = "peer is not trusted"
            case library = "OpenSSL failed"
        }
        private let kind: Kind

        /// A file is missing, is not a file, is too large or may not be read; `underlying` says which.
        package static let unreadableFile = Code(kind: .unreadableFile)
        /// A file or folder could not be made; nothing was replaced.
        package static let unwritableFile = Code(kind: .unwritableFile)
        /// No certificate in the PEM text, or one that does not decode.
        package static let badCertificate = Code(kind: .badCertificate)
        /// No private key in the PEM text, or one that does not decode.
        package static let badKey = Code(kind: .badKey)
        /// The private key asks for a passphrase, and none is given.
        package static let encryptedKey = Code(kind: .encryptedKey)
        /// The private key asks for another passphrase.
        package static let wrongPassphrase = Code(kind: .wrongPassphrase)
        /// The private key is not that of any certificate in the file.
        package static let keyMismatch = Code(kind: .keyMismatch)
        /// A certificate does not belong to the leaf's chain.
        package static let chainOrder = Code(kind: .chainOrder)
        /// OpenSSL refused a cipher, a group, a version or a name.
        package static let badSetting = Code(kind: .badSetting)
        /// The transport failed under the session (ECONNRESET, EPIPE, …).
        package static let reset = Code(kind: .reset)
        /// The peer does not speak TLS, or not as RFC 8446 and RFC 5246 say.
        package static let protocolViolation = Code(kind: .protocolViolation)
        /// The peer ended the session with a fatal alert (a client that does not trust the certificate, say).
        package static let peerAlert = Code(kind: .peerAlert)
        /// The peer's certificate does not verify, or a client has none where one is required.
        package static let untrusted = Code(kind: .untrusted)
        /// An OpenSSL call failed that only fails without memory or randomness.
        package static let library = Code(kind: .library)

        package var description: String { kind.rawValue }
    }

    package let code: Code
    /// What was being done, as a phrase: "reading a certificate".
    package let context: String
    /// The file that is to blame, if one is.
    package let file: FilePath?
    /// The system call's error, if one failed.
    package let underlying: Errno?
    /// OpenSSL's whole error stack, oldest first.
    package let stack: [String]

    init(
        _ code: Code, _ context: String, file: FilePath? = nil, underlying: Errno? = nil, stack: [String] = []
    ) {
        self.code = code
        self.context = context
        self.file = file
        self.underlying = underlying
        self.stack = stack
    }

    /// A failure with everything that this thread's OpenSSL calls have left on the error queue.
    static func draining(_ code: Code, _ context: String, file: FilePath? = nil) -> TLSFailure {
        TLSFailure(code, context, file: file, stack: ErrorQueue.drain().map(\.text))
    }
}

extension TLSFailure: CustomStringConvertible {
    /// One line: file, kind, what was being done, the system's error, OpenSSL's stack.
    package var description: String {
        var line = file.map { "\($0): " } ?? ""
        line += "\(code) (\(context))"
        if let underlying { line += ": \(underlying)" }
        if !stack.isEmpty { line += ": " + stack.joined(separator: "; ") }
        return line
    }
}
