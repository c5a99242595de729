// Owns the making of X.509 certificates (RFC 5280); the half-made X509 never leaves this file.
import COpenSSL

/// What a leaf's key may be used for, as x509v3_config(5) writes it.
package enum CertificatePurpose: String, Sendable {
    case server = "serverAuth"
    case client = "clientAuth"
    case clientAndServer = "clientAuth,serverAuth"
}

/// What a new certificate shall say; `issuer` nil makes it sign itself.
struct CertificateBuilder {
    var subject: String
    let key: PrivateKey
    /// In seconds since 1970.
    let notBefore: Int64
    let notAfter: Int64
    /// Name and value as openssl.cnf writes them (x509v3_config(5)), in the order of the certificate.
    let extensions: [(identifier: CInt, value: String)]
    /// In network byte order; nil for one by chance.
    var serialNumber: [UInt8]?

    /// A certificate authority's certificate, which signs leaves for clients and servers within `constraints`, but
    /// no further authorities.
    static func authority(
        named name: String, constraints: NameConstraints, key: PrivateKey, from: Int64, to: Int64
    ) -> CertificateBuilder {
        CertificateBuilder(
            subject: name, key: key, notBefore: from, notAfter: to,
            extensions: [
                (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
                (NID_key_usage, "critical,keyCertSign,cRLSign"),
                // No mail, no code: those names have no constraint.
                (NID_ext_key_usage, "serverAuth,clientAuth"),
                (NID_subject_key_identifier, "hash"),
                (NID_name_constraints, "critical,\(constraints.extensionValue)"),
            ])
    }

    /// A certificate for DNS names, IP and e-mail addresses, which the caller has checked.
    static func leaf(
        for names: [String], purpose: CertificatePurpose, key: PrivateKey, from: Int64, to: Int64
    ) -> CertificateBuilder {
        let alternatives = names.map(alternativeName).joined(separator: ",")
        // RFC 5280 §4.2.1.6: critical where there is no subject.
        let value = purpose == .server ? "critical,\(alternatives)" : alternatives
        return CertificateBuilder(
            // Servers show a client's subject, and some have nothing else to tell clients apart.
            subject: purpose == .server ? "" : names.first ?? "", key: key, notBefore: from, notAfter: to,
            extensions: [
                (NID_basic_constraints, "critical,CA:FALSE"),
                (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, purpose.rawValue),
                (NID_subject_key_identifier, "hash"),
                (NID_authority_key_identifier, "keyid:always"),
                (NID_subject_alt_name, value),
            ])
    }

    private static func alternativeName(_ name: String) -> String {
        if name.utf8.contains(UInt8(ascii: "@")) { return "email:" + name }
        return (IPAddressText.isAddress(name) ? "IP:" : "DNS:") + name
    }

    /// Signs with the issuer's key, or with its own.
    func signed(by issuer: (certificate: Certificate, key: PrivateKey)? = nil) throws(TLSFailure)
        -> Certificate
    {
        ErrorQueue.clear()
        guard let x509 = unsafe X509_new() else { throw .draining(.library, "making a certificate") }
        let certificate = unsafe Certificate(takingOwnership: x509)
        let signer = issuer?.certificate ?? certificate
        guard unsafe X509_set_version(x509, Int(X509_VERSION_3)) == 1, unsafe setSerialNumber(x509),
            unsafe ASN1_TIME_set(X509_getm_notBefore(x509), Int(notBefore)) != nil,
            unsafe ASN1_TIME_set(X509_getm_notAfter(x509), Int(notAfter)) != nil,
            unsafe setCommonName(X509_get_subject_name(x509)),
            unsafe X509_set_issuer_name(x509, X509_get_subject_name(signer.pointer)) == 1,
            unsafe X509_set_pubkey(x509, key.pointer) == 1
        else { throw .draining(.library, "making a certificate") }
        for (identifier, value) in extensions {
            guard unsafe add(identifier, value, to: x509, issuer: signer.pointer) else {
                throw .draining(.badSetting, "certificate extension \(value)")
            }
        }
        guard unsafe X509_sign(x509, (issuer?.key ?? key).pointer, EVP_sha256()) > 0 else {
            throw .draining(.library, "signing a certificate")
        }
        // What was read keeps its encoding for the handshakes; what was built is encoded anew in each of them.
        return try Certificate(der: certificate.der())
    }

    private func setSerialNumber(_ x509: OpaquePointer) -> Bool {
        guard let bytes = serialNumber ?? Self.randomSerialNumber() else { return false }
        return unsafe setInteger(X509_get_serialNumber(x509), bytes)
    }

    /// Random bits, far more than the 64 that CAs owe (CA/Browser Forum BR §7.1).
    private static func randomSerialNumber() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard unsafe RAND_bytes(&bytes, CInt(bytes.count)) == 1 else { return nil }
        return serialNumber(bytes)
    }

    /// 16 bytes as a positive number of that length.
    static func serialNumber(_ bytes: [UInt8]) -> [UInt8] {
        [bytes[0] & 0x7f | 0x40] + bytes[1..<16]
    }

    private func setCommonName(_ name: OpaquePointer?) -> Bool {
        guard !subject.isEmpty else { return true }
        let text = Array(subject.utf8)
        return unsafe X509_NAME_add_entry_by_NID(
            name, NID_commonName, MBSTRING_UTF8, text, CInt(text.count), -1, 0) == 1
    }

    private func add(_ identifier: CInt, _ value: String, to x509: OpaquePointer, issuer: OpaquePointer)
        -> Bool
    {
        var context = unsafe X509V3_CTX()
        unsafe copenssl_x509v3_set_ctx(&context, issuer, x509, nil)
        guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, identifier, value) else { return false }
        defer { unsafe X509_EXTENSION_free(made) }
        return unsafe X509_add_ext(x509, made, -1) == 1
    }
}

/// Gives an integer of ASN.1 its value, bytes in network order.
func setInteger(_ integer: UnsafeMutablePointer<ASN1_INTEGER>?, _ bytes: [UInt8]) -> Bool {
    let number = unsafe BN_bin2bn(bytes, CInt(bytes.count), nil)
    defer { unsafe BN_free(number) }
    return unsafe BN_to_ASN1_INTEGER(number, integer) != nil
}
