// Owns one SSL_CTX. It is set up in one place and never changed once a session was made from it.
import COpenSSL

/// The owner of one SSL_CTX.
@safe final class ContextOwner: Sendable {
    // Sessions of many threads are made from it; OpenSSL counts its references atomically, and nobody changes it
    // after the set-up.
    nonisolated(unsafe) let pointer: OpaquePointer
    /// What the clients of a server's context are verified by; nil if they are not asked.
    let verification: ClientVerification?
    /// The oldest version of a server name that has one of its own.
    let ownMinimumVersion: TLSVersion?
    /// What sessions are bound to, beside the server name.
    let sessionIDContext: [UInt8]

    init(
        _ method: OpaquePointer?, sessionIDContext: [UInt8] = [],
        _ settings: ServerNameConfiguration? = nil
    ) throws(TLSFailure) {
        verification = settings?.verification
        ownMinimumVersion = settings?.minimumVersion
        self.sessionIDContext = sessionIDContext
        ErrorQueue.clear()
        guard let pointer = unsafe SSL_CTX_new(method) else {
            throw .draining(.library, "making a TLS context")
        }
        unsafe self.pointer = pointer
        let address = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe SSL_CTX_set_ex_data(pointer, ContextOwner.exIndex, address)
    }

    private static let exIndex = copenssl_ctx_new_ex_index()

    /// The owner of the context that a session goes by now; whoever owns the session holds it too.
    static func of(_ ssl: OpaquePointer?) -> ContextOwner? {
        guard let address = unsafe SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), exIndex) else { return nil }
        return unsafe Unmanaged.fromOpaque(address).takeUnretainedValue()
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    /// What servers and clients have in common: partial writes from buffers that move, no buffers while idle, and
    /// record header and payload with one system call.
    func setTransferModes() {
        let mode =
            SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS
        unsafe copenssl_ctx_set_mode(pointer, Int(mode))
        unsafe copenssl_ctx_set_read_ahead(pointer, 1)
    }

    func setVersions(_ minimum: TLSVersion, _ maximum: TLSVersion) throws(TLSFailure) {
        try check("versions \(minimum) to \(maximum)") {
            unsafe minimum <= maximum
                && copenssl_ctx_set_min_proto_version(pointer, CInt(minimum.wireValue)) == 1
                && copenssl_ctx_set_max_proto_version(pointer, CInt(maximum.wireValue)) == 1
        }
    }

    /// Throws `.badSetting` with OpenSSL's reasons if `isAccepted` says no.
    func check(_ setting: String, _ isAccepted: () -> Bool) throws(TLSFailure) {
        ErrorQueue.clear()
        guard isAccepted() else { throw .draining(.badSetting, setting) }
    }
}

extension ContextOwner {
    /// A server's context for one name, without the callbacks.
    convenience init(
        _ settings: TLSContextConfiguration, for name: ServerNameConfiguration
    ) throws(TLSFailure) {
        let sessions = Array(settings.sessionIDContext.utf8)
        unsafe try self.init(
            TLS_server_method(),
            sessionIDContext: name.verification.map { sha256(sessions + $0.fingerprint) } ?? sessions, name)
        if let level = settings.securityLevel { unsafe SSL_CTX_set_security_level(pointer, level) }
        setTransferModes()
        try setVersions(name.minimumVersion ?? settings.minimumVersion, settings.maximumVersion)
        _ = unsafe SSL_CTX_set_options(
            pointer,
            COPENSSL_OP_NO_RENEGOTIATION | COPENSSL_OP_NO_COMPRESSION | COPENSSL_OP_CIPHER_SERVER_PREFERENCE
                | COPENSSL_OP_PRIORITIZE_CHACHA
                // HTTP frames its messages, so an end without close_notify must not take away the other direction;
                // SocketBIO notes it and TLSSession reports it as `wasTruncated`.
                | COPENSSL_OP_IGNORE_UNEXPECTED_EOF)
        if settings.kernelTLS == .present { _ = unsafe SSL_CTX_set_options(pointer, COPENSSL_OP_ENABLE_KTLS) }
        try setAlgorithms(settings)
        try setSessions(settings)
        for identity in name.identities { try use(identity) }
        try name.verification?.apply(to: self)
    }

    private func setAlgorithms(_ settings: TLSContextConfiguration) throws(TLSFailure) {
        let ciphers = settings.ciphers.joined(separator: ":")
        try check("ciphers \(ciphers)") { unsafe SSL_CTX_set_cipher_list(pointer, ciphers) == 1 }
        let suites = settings.cipherSuites.joined(separator: ":")
        try check("cipher suites \(suites)") { unsafe SSL_CTX_set_ciphersuites(pointer, suites) == 1 }
        let groups = settings.groups.joined(separator: ":")
        try check("groups \(groups)") { unsafe copenssl_ctx_set_groups_list(pointer, groups) == 1 }
    }

    /// Tickets only: a cache would be a lock between workers, and forgotten at a restart like the tickets.
    private func setSessions(_ settings: TLSContextConfiguration) throws(TLSFailure) {
        unsafe copenssl_ctx_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        unsafe SSL_CTX_set_timeout(pointer, Int(settings.ticketKeys.rotation.components.seconds))
        try check("session id context \(settings.sessionIDContext)") {
            unsafe SSL_CTX_set_session_id_context(
                pointer, sessionIDContext, CUnsignedInt(sessionIDContext.count)) == 1
        }
        try check("\(settings.ticketsPerHandshake) tickets") {
            unsafe SSL_CTX_set_num_tickets(pointer, settings.ticketsPerHandshake) == 1
                && SSL_CTX_set_tlsext_ticket_key_evp_cb(pointer, ticketKeyCallback) == 1
        }
    }

    /// Makes it look at the client certificate in each ticket.
    func acceptsTicketsInDateOnly() {
        unsafe SSL_CTX_set_session_ticket_cb(pointer, nil, acceptTicket, nil)
    }

    /// Adds a certificate; one of each key algorithm can be there.
    func use(_ identity: Identity) throws(TLSFailure) {
        try check("the certificate of \(identity.facts.subject)") {
            unsafe SSL_CTX_use_certificate(pointer, identity.leaf.pointer) == 1
                && SSL_CTX_use_PrivateKey(pointer, identity.key.pointer) == 1
                && identity.chain.allSatisfy { unsafe copenssl_ctx_add1_chain_cert(pointer, $0.pointer) == 1 }
        }
    }
}
