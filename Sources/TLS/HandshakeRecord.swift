// Owns what was said in a handshake beyond what it agreed on, for those who ask after it.
import COpenSSL

/// How a server got its certificate.
package enum CertificateOrigin: Int, Sendable {
    /// The local authority made it.
    case authority
    /// A file that the configuration names.
    case file
    /// A credential of the service manager.
    case credential
    /// It was made for a fault.
    case fault
}

/// What was said in a handshake; kept where the configuration has somebody who asks.
package final class HandshakeRecord: Sendable {
    /// What the client offered; nil when the connection was accepted before anybody wanted to know.
    package let hello: ClientHello?
    /// The scheme that the server signed with, as a number; nil for a resumed session, in which nobody signs.
    package let signatureScheme: UInt16?
    /// Whether the client sent data before the handshake was over (RFC 8446 §4.2.10), which the server never takes.
    package let refusedEarlyData: Bool
    /// Who encrypts what is sent.
    package let kernelTLS: KernelTLSState
    /// How the server got its certificate; nil when it showed none, since the session was resumed.
    package let origin: CertificateOrigin?
    private let shown: [Certificate]
    private let received: [Certificate]

    init(of ssl: OpaquePointer, hello: ClientHello?, kernel: KernelTLSState) {
        self.hello = hello
        kernelTLS = kernel
        signatureScheme = unsafe TLS.signatureScheme(of: ssl)
        refusedEarlyData = unsafe SSL_get_early_data_status(ssl) == SSL_EARLY_DATA_REJECTED
        let isResumed = unsafe SSL_session_reused(ssl) == 1
        let leaf = unsafe isResumed ? nil : SSL_get_certificate(ssl)
        origin = unsafe leaf.map { unsafe CertificateOrigin.of($0) }
        shown = unsafe isResumed ? [] : certificates(leaf, copenssl_own_chain(ssl))
        received = unsafe certificates(SSL_get0_peer_certificate(ssl), SSL_get_peer_cert_chain(ssl))
    }

    /// What the server's certificates say, the leaf's first; none for a resumed session.
    package var serverChain: [CertificateFacts] { shown.map { CertificateFacts($0) } }
    /// What the client's say, the leaf's first; only that for a resumed session.
    package var clientChain: [CertificateFacts] { received.map { CertificateFacts($0) } }
}

private func certificates(_ leaf: OpaquePointer?, _ chain: OpaquePointer?) -> [Certificate] {
    let others = unsafe (0..<copenssl_certificate_count(chain)).map { index in
        unsafe copenssl_certificate(chain, index)
    }
    return unsafe ([leaf] + others).compactMap { pointer in
        guard let pointer = unsafe pointer, unsafe X509_up_ref(pointer) == 1 else { return nil }
        return unsafe Certificate(takingOwnership: pointer)
    }
}

/// RFC 8446 §4.2.3, from the two names that OpenSSL 3.0 has for it.
private func signatureScheme(of ssl: OpaquePointer) -> UInt16? {
    var digest: CInt = 0
    var kind: CInt = 0
    guard unsafe copenssl_signature(ssl, &kind, &digest) == 1 else { return nil }
    let number: UInt16? =
        switch digest {
        case NID_sha1: 2
        case NID_sha256: 4
        case NID_sha384: 5
        case NID_sha512: 6
        default: nil
        }
    switch kind {
    case NID_ED25519: return 0x0807
    case NID_ED448: return 0x0808
    case NID_rsassaPss: return number.map { 0x0800 | $0 }
    case NID_rsaEncryption: return number.map { $0 << 8 | 1 }
    case NID_X9_62_id_ecPublicKey: return number.map { $0 << 8 | 3 }
    default: return nil
    }
}

extension CertificateOrigin {
    private static let exIndex = copenssl_x509_new_ex_index()

    /// Notes where a certificate is from, before any thread shares it: OpenSSL hands a handshake's certificate out
    /// without the identity that it belongs to.
    func mark(_ certificate: Certificate) {
        unsafe X509_set_ex_data(
            certificate.pointer, Self.exIndex, UnsafeMutableRawPointer(bitPattern: rawValue))
    }

    /// Unmarked ones are the authority's.
    fileprivate static func of(_ certificate: OpaquePointer) -> CertificateOrigin {
        CertificateOrigin(rawValue: unsafe Int(bitPattern: X509_get_ex_data(certificate, exIndex)))
            ?? .authority
    }
}

extension Identity {
    /// Says where it is from, to be shown; do it before a context is made of it.
    package func mark(_ origin: CertificateOrigin) { origin.mark(leaf) }
}

/// Where a session's ClientHello is kept; the session owns it and outlives OpenSSL's use of it.
final class ClientHelloKeeper {
    private(set) var hello: ClientHello?

    /// Makes `ssl` show its handshake messages until the ClientHello has come.
    ///
    /// SSL_CTX_set_client_hello_cb(3) would show only the extensions that OpenSSL knows.
    func listen(to ssl: OpaquePointer) {
        unsafe copenssl_set_message_callback(ssl, keepClientHello, Unmanaged.passUnretained(self).toOpaque())
    }

    fileprivate func keep(_ message: UnsafeRawBufferPointer) {
        hello = unsafe ClientHello(message: message.bindMemory(to: UInt8.self).span)
    }
}

private func keepClientHello(
    _ isWritten: CInt, _ version: CInt, _ type: CInt, _ bytes: UnsafeRawPointer?, _ count: Int,
    _ ssl: OpaquePointer?, _ argument: UnsafeMutableRawPointer?
) {
    guard isWritten == 0, type == SSL3_RT_HANDSHAKE, let argument = unsafe argument else { return }
    let message = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
    unsafe Unmanaged<ClientHelloKeeper>.fromOpaque(argument).takeUnretainedValue().keep(message)
    // Every later message and record would be shown, too.
    unsafe copenssl_set_message_callback(ssl, nil, nil)
}
