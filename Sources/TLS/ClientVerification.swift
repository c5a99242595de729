// Owns the rules for clients' certificates: whom to trust, how far, what was revoked, and whether to insist.
import COpenSSL
import SystemPackage

/// Which client certificates a server name takes; immutable, so threads share it.
package final class ClientVerification: Sendable {
    /// Whether a client may do without a certificate.
    package enum Demand: Sendable { case optional, required }

    /// What works but should be told: a revocation list that is out of date.
    package let warnings: [String]
    /// The same for the same rules, other for others: 32 bytes.
    let fingerprint: [UInt8]
    private let demand: Demand
    private let depth: Int
    private let authorities: [Certificate]
    private let revocations: [RevocationList]

    /// Loads the authorities that are trusted, and the revocation lists if a file has them; both PEM.
    ///
    /// With lists, each authority of a client's chain needs one that is in date (RFC 5280 §6.3).
    /// - Parameter depth: how many authorities may stand between the client's certificate and a trusted one.
    package init(
        _ demand: Demand, authorities authorityFile: FilePath, revocations revocationFile: FilePath? = nil,
        depth: Int = 10
    ) throws(TLSFailure) {
        let pem = try PEMFile(reading: authorityFile).bytes
        authorities = try naming(authorityFile) { () throws(TLSFailure) in try Certificate.all(pem: pem) }
        revocations =
            try revocationFile.map { (file) throws(TLSFailure) in
                try RevocationList.all(file: file)
            } ?? []
        self.demand = demand
        self.depth = depth
        warnings = revocations.filter(\.isOutOfDate).map {
            "\(revocationFile ?? ""): the revocation list of \($0.issuer) is out of date: no client gets in"
        }
        var rules = Array("\(demand) \(depth)".utf8)
        for certificate in authorities { rules += CertificateFacts(certificate).sha256.utf8 }
        for list in revocations { rules += try list.fingerprint() }
        fingerprint = sha256(rules)
    }

    private var mode: CInt {
        demand == .required ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_PEER
    }

    /// Gives a context the certificates to verify with, and the names that clients choose theirs by.
    func apply(to context: ContextOwner) throws(TLSFailure) {
        let store = unsafe SSL_CTX_get_cert_store(context.pointer)
        try context.check("the authorities of client certificates") {
            authorities.allSatisfy { authority in
                unsafe X509_STORE_add_cert(store, authority.pointer) == 1
                    && SSL_CTX_add_client_CA(context.pointer, authority.pointer) == 1
            }
        }
        try context.check("revocation lists") {
            revocations.allSatisfy { unsafe X509_STORE_add_crl(store, $0.pointer) == 1 }
        }
        if !revocations.isEmpty {
            unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
        }
        unsafe SSL_CTX_set_verify(context.pointer, mode, noteRefusal)
        unsafe SSL_CTX_set_verify_depth(context.pointer, CInt(depth))
    }

    /// Makes a session go by these rules, or by none: it keeps those of the context that it was made from.
    static func apply(_ rules: ClientVerification?, to ssl: OpaquePointer?) {
        unsafe SSL_set_verify(ssl, rules?.mode ?? SSL_VERIFY_NONE, noteRefusal)
        if let rules { unsafe SSL_set_verify_depth(ssl, CInt(rules.depth)) }
    }
}

/// Leaves on the error queue why a certificate was refused, and whose it is: the alert alone doesn't say.
private func noteRefusal(_ isAccepted: CInt, _ verification: OpaquePointer?) -> CInt {
    guard isAccepted == 0, let verification = unsafe verification else { return isAccepted }
    let reason = unsafe X509_verify_cert_error_string(Int(X509_STORE_CTX_get_error(verification)))
    let subject = unsafe X509_STORE_CTX_get_current_cert(verification).map {
        unsafe distinguishedName(X509_get_subject_name($0))
    }
    let text = unsafe reason.map { unsafe String(cString: $0) } ?? "unknown"
    unsafe copenssl_raise_verification("\(subject ?? "no certificate"): \(text)")
    return isAccepted
}

/// What a ticket that could be opened is worth: one whose client certificate has ended since makes a full handshake
/// necessary, in which the client is verified anew.
func acceptTicket(
    _ ssl: OpaquePointer?, _ session: OpaquePointer?, _ name: UnsafePointer<UInt8>?, _ length: Int,
    _ status: SSL_TICKET_STATUS, _ argument: UnsafeMutableRawPointer?
) -> SSL_TICKET_RETURN {
    switch status {
    case SSL_TICKET_SUCCESS, SSL_TICKET_SUCCESS_RENEW:
        if let peer = unsafe SSL_SESSION_get0_peer(session),
            unsafe X509_cmp_current_time(X509_get0_notAfter(peer)) < 0
        {
            return SSL_TICKET_RETURN(SSL_TICKET_RETURN_IGNORE_RENEW)
        }
        let isOld = status == SSL_TICKET_SUCCESS_RENEW
        return SSL_TICKET_RETURN(isOld ? SSL_TICKET_RETURN_USE_RENEW : SSL_TICKET_RETURN_USE)
    case SSL_TICKET_EMPTY, SSL_TICKET_NO_DECRYPT: return SSL_TICKET_RETURN(SSL_TICKET_RETURN_IGNORE_RENEW)
    default: return SSL_TICKET_RETURN(SSL_TICKET_RETURN_ABORT)
    }
}
