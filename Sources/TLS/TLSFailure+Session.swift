// Owns the reading of what ended a session: the peer's alert, its nonsense, or the transport.
import COpenSSL
import SystemPackage

extension TLSFailure {
    /// The failure behind SSL_ERROR_SSL or SSL_ERROR_SYSCALL; nil if the connection simply ended.
    static func ofSession(_ error: CInt, _ doing: String) -> TLSFailure? {
        let entries = ErrorQueue.drain()
        if entries.isEmpty, error == SSL_ERROR_SYSCALL { return nil }
        let system = entries.compactMap(\.systemError).first
        let code: Code =
            if system != nil { .reset } else { code(of: entries) }
        return TLSFailure(code, doing, underlying: system, stack: entries.map(\.text))
    }

    private static func code(of entries: [ErrorQueue.Entry]) -> Code {
        guard let entry = entries.first(where: { $0.library == ERR_LIB_SSL }) else { return .library }
        switch entry.reason {
        case SSL_R_CERTIFICATE_VERIFY_FAILED, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return .untrusted
        // OpenSSL adds the alert's number to SSL_AD_REASON_OFFSET for alerts that arrived.
        case SSL_AD_REASON_OFFSET..<(SSL_AD_REASON_OFFSET + 256): return .peerAlert
        default: return .protocolViolation
        }
    }
}
