// Owns the making of revocation lists (RFC 5280 §5); the half-made X509_CRL never leaves this file.
import COpenSSL

/// What a new list shall say.
struct RevocationListBuilder {
    /// Of the certificates that are revoked, each in network byte order.
    let serialNumbers: [[UInt8]]
    /// When it is made and the certificates are revoked, in seconds since 1970.
    let from: Int64
    /// When there will be another at the latest.
    let to: Int64

    /// Signs with the issuer's key.
    func signed(by issuer: (certificate: Certificate, key: PrivateKey)) throws(TLSFailure) -> RevocationList {
        ErrorQueue.clear()
        guard let crl = unsafe X509_CRL_new() else { throw .draining(.library, "making a revocation list") }
        let list = unsafe RevocationList(takingOwnership: crl)
        let name = unsafe X509_get_subject_name(issuer.certificate.pointer)
        guard unsafe X509_CRL_set_version(crl, Int(X509_CRL_VERSION_2)) == 1,
            unsafe X509_CRL_set_issuer_name(crl, name) == 1,
            unsafe withTime(from, { unsafe X509_CRL_set1_lastUpdate(crl, $0) == 1 }),
            unsafe withTime(to, { unsafe X509_CRL_set1_nextUpdate(crl, $0) == 1 }),
            serialNumbers.allSatisfy({ unsafe add($0, to: crl) }),
            unsafe X509_CRL_sort(crl) == 1, unsafe number(crl), unsafe identify(issuer.certificate, in: crl),
            unsafe X509_CRL_sign(crl, issuer.key.pointer, EVP_sha256()) > 0
        else { throw .draining(.library, "making a revocation list") }
        return list
    }

    private func add(_ serialNumber: [UInt8], to crl: OpaquePointer) -> Bool {
        let number = unsafe ASN1_INTEGER_new()
        defer { unsafe ASN1_INTEGER_free(number) }
        guard unsafe setInteger(number, serialNumber), let entry = unsafe X509_REVOKED_new() else {
            return false
        }
        let isComplete =
            unsafe X509_REVOKED_set_serialNumber(entry, number) == 1
            && withTime(from) { unsafe X509_REVOKED_set_revocationDate(entry, $0) == 1 }
        if isComplete, unsafe X509_CRL_add0_revoked(crl, entry) == 1 { return true }
        unsafe X509_REVOKED_free(entry)
        return false
    }

    private func withTime(_ seconds: Int64, _ body: (UnsafeMutablePointer<ASN1_TIME>?) -> Bool) -> Bool {
        let time = unsafe ASN1_TIME_set(nil, Int(seconds))
        defer { unsafe ASN1_STRING_free(time) }
        return unsafe body(time)
    }

    /// §5.2.3: of two lists the one with the larger number is newer.
    private func number(_ crl: OpaquePointer) -> Bool {
        let number = unsafe ASN1_INTEGER_new()
        defer { unsafe ASN1_INTEGER_free(number) }
        return unsafe ASN1_INTEGER_set_int64(number, from) == 1
            && X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1
    }

    /// §5.2.1: the key that signs.
    private func identify(_ issuer: Certificate, in crl: OpaquePointer) -> Bool {
        var context = unsafe X509V3_CTX()
        unsafe copenssl_x509v3_set_ctx(&context, issuer.pointer, nil, crl)
        let made = unsafe X509V3_EXT_conf_nid(nil, &context, NID_authority_key_identifier, "keyid:always")
        defer { unsafe X509_EXTENSION_free(made) }
        return unsafe made != nil && X509_CRL_add_ext(crl, made, -1) == 1
    }
}
