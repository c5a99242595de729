// Owns what a finished handshake agreed on, as plain values.
import COpenSSL

/// What a handshake agreed on; made once a connection, when somebody asks.
package struct TLSFacts: Sendable {
    /// "TLSv1.3" or "TLSv1.2".
    package let version: String
    /// OpenSSL's name of the cipher, "TLS_AES_128_GCM_SHA256".
    package let cipher: String
    /// The key exchange group, "x25519"; nil when a TLS 1.2 session was resumed, which has no key exchange.
    package let group: String?
    /// The application protocol, RFC 7301.
    package let alpn: String?
    /// The server name that the client asked for, RFC 6066 §3.
    package let serverName: String?
    /// Whether the session was resumed from a ticket.
    package let isResumed: Bool
    /// The peer's certificate, if it sent one, now or when the session that was resumed began.
    package let peerCertificate: PeerCertificate?

    init(of ssl: OpaquePointer) {
        version = unsafe string(SSL_get_version(ssl)) ?? ""
        cipher = unsafe name(ofCipher: SSL_get_current_cipher(ssl))
        group = unsafe string(SSL_group_to_name(ssl, copenssl_negotiated_group(ssl)))
        alpn = unsafe selectedProtocol(of: ssl).map { unsafe String(decoding: $0, as: UTF8.self) }
        serverName = unsafe string(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name))
        isResumed = unsafe SSL_session_reused(ssl) == 1
        peerCertificate = unsafe SSL_get1_peer_certificate(ssl).map {
            unsafe PeerCertificate(Certificate(takingOwnership: $0))
        }
    }
}

/// A peer's certificate as OpenSSL has it; its facts are made when somebody asks.
package struct PeerCertificate: Sendable {
    private let certificate: Certificate

    init(_ certificate: Certificate) { self.certificate = certificate }

    package var facts: CertificateFacts { CertificateFacts(certificate) }
}

/// OpenSSL's name of a cipher; those of TLS 1.3 (RFC 8446 appendix B.4) are literals, which take no memory of each
/// connection and are not counted.
private func name(ofCipher cipher: OpaquePointer?) -> String {
    switch unsafe SSL_CIPHER_get_protocol_id(cipher) {
    case 0x1301: "TLS_AES_128_GCM_SHA256"
    case 0x1302: "TLS_AES_256_GCM_SHA384"
    case 0x1303: "TLS_CHACHA20_POLY1305_SHA256"
    default: unsafe string(SSL_CIPHER_get_name(cipher)) ?? ""
    }
}

func selectedProtocol(of ssl: OpaquePointer) -> UnsafeBufferPointer<UInt8>? {
    var bytes: UnsafePointer<UInt8>?
    var count: CUnsignedInt = 0
    unsafe SSL_get0_alpn_selected(ssl, &bytes, &count)
    return count == 0 ? nil : unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
}

private func string(_ text: UnsafePointer<CChar>?) -> String? {
    unsafe text.map { unsafe String(cString: $0) }
}
