// Owns the SSL_CTX of clients: the daemon's requests to itself, and tests.
import COpenSSL
import SystemPackage

/// What a client needs for its handshakes.
package final class TLSClientContext: Sendable {
    /// Which servers a client accepts.
    package enum Trust: Sendable {
        /// Any certificate: for a request to oneself.
        case anything
        /// Those that chain up to a certificate of this PEM file and carry the name that was asked for.
        case authority(FilePath)
    }

    let context: ContextOwner
    let verifiesName: Bool

    /// Offers `alpn` in this order, or no ALPN if it is empty; shows `identity` to servers that ask for one.
    package init(
        trust: Trust, alpn: [String] = [], identity: Identity? = nil, minimumVersion: TLSVersion = .tls12,
        maximumVersion: TLSVersion = .tls13
    ) throws(TLSFailure) {
        context = unsafe try ContextOwner(TLS_client_method())
        if case .authority = trust { verifiesName = true } else { verifiesName = false }
        context.setTransferModes()
        try context.setVersions(minimumVersion, maximumVersion)
        unsafe SSL_CTX_set_options(context.pointer, COPENSSL_OP_IGNORE_UNEXPECTED_EOF)
        try setTrust(trust)
        try setProtocols(alpn)
        if let identity { try context.use(identity) }
    }

    private func setTrust(_ trust: Trust) throws(TLSFailure) {
        guard case .authority(let file) = trust else { return }
        ErrorQueue.clear()
        guard unsafe SSL_CTX_load_verify_file(context.pointer, file.string) == 1 else {
            throw .draining(.badCertificate, "reading a certificate authority", file: file)
        }
        unsafe SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
    }

    private func setProtocols(_ alpn: [String]) throws(TLSFailure) {
        guard !alpn.isEmpty else { return }
        let wire = try wireForm(alpn)
        // Unlike its siblings this call answers 0 for success.
        try context.check("application protocols") {
            unsafe SSL_CTX_set_alpn_protos(context.pointer, wire, CUnsignedInt(wire.count)) == 0
        }
    }
}

/// A client's memory of a session that it may resume.
@safe package final class TLSResumption: Sendable {
    // Reference-counted atomically; OpenSSL copies before it changes a session that is in use.
    nonisolated(unsafe) let session: OpaquePointer

    init(takingOwnership session: OpaquePointer) { unsafe self.session = unsafe session }

    deinit { unsafe SSL_SESSION_free(session) }
}
