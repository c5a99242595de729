// Owns the readable side of a certificate: names, dates, serial number and fingerprint as plain values.
import COpenSSL

/// What a certificate says, as values that outlive it.
package struct CertificateFacts: Sendable, Hashable {
    /// The subject's distinguished name as RFC 2253 writes it, "CN=localhost"; empty if it has none.
    package let subject: String
    /// The issuer's distinguished name as RFC 2253 writes it.
    package let issuer: String
    /// DNS names, IP and e-mail addresses of the subjectAltName extension, in its order: "localhost", "::1".
    package let alternativeNames: [String]
    /// All of the extension with their kinds, in its order: "DNS:localhost", "IP:::1", "email:a@b.test",
    /// "URI:spiffe://b.test/a"; kinds beyond these are left out.
    package let typedAlternativeNames: [String]
    /// First second of validity, in seconds since 1970.
    package let notBefore: Int64
    /// Last second of validity, in seconds since 1970.
    package let notAfter: Int64
    /// SHA-256 of the DER form, lower-case hexadecimal.
    package let sha256: String
    /// The serial number, lower-case hexadecimal without separators.
    package let serialNumber: String

    init(_ certificate: Certificate) {
        let x509 = unsafe certificate.pointer
        subject = unsafe distinguishedName(X509_get_subject_name(x509))
        issuer = unsafe distinguishedName(X509_get_issuer_name(x509))
        let names = unsafe subjectAlternativeNames(x509)
        alternativeNames = names.filter { $0.kind != "URI" }.map(\.text)
        typedAlternativeNames = names.map { "\($0.kind):\($0.text)" }
        notBefore = unsafe secondsSinceEpoch(X509_get0_notBefore(x509))
        notAfter = unsafe secondsSinceEpoch(X509_get0_notAfter(x509))
        sha256 = unsafe fingerprint(x509)
        serialNumber = unsafe hexadecimal(X509_get0_serialNumber(x509))
    }
}

func distinguishedName(_ name: OpaquePointer?) -> String {
    let text = unsafe MemoryBIO.writing { bio in
        unsafe X509_NAME_print_ex(bio, name, 0, COPENSSL_NAME_FLAGS) >= 0
    }
    return text.map { String(decoding: $0, as: UTF8.self) } ?? ""
}

private func subjectAlternativeNames(_ x509: OpaquePointer) -> [(kind: String, text: String)] {
    guard let names = unsafe copenssl_subject_alternative_names(x509) else { return [] }
    defer { unsafe GENERAL_NAMES_free(names) }
    return unsafe (0..<copenssl_general_names_count(names)).compactMap { index in
        switch unsafe GeneralName(copenssl_general_name_at(names, index)) {
        case .domain(let name): ("DNS", name)
        case .address(let bytes): IPAddressText.string(bytes).map { ("IP", $0) }
        case .email(let name): ("email", name)
        case .uri(let name): ("URI", name)
        case nil: nil
        }
    }
}

/// A name of RFC 5280 §4.2.1.6, of a kind that is used here.
enum GeneralName {
    case domain(String)
    /// In a constraint the address and its mask, one after the other.
    case address([UInt8])
    case email(String)
    case uri(String)

    init?(_ name: UnsafePointer<GENERAL_NAME>?) {
        var bytes: UnsafePointer<UInt8>?
        var length: CInt = 0
        let kind = unsafe copenssl_general_name(name, &bytes, &length)
        let value = unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(length)))
        switch UInt8(bitPattern: kind) {
        case UInt8(ascii: "D"): self = .domain(String(decoding: value, as: UTF8.self))
        case UInt8(ascii: "I"): self = .address(value)
        case UInt8(ascii: "E"): self = .email(String(decoding: value, as: UTF8.self))
        case UInt8(ascii: "U"): self = .uri(String(decoding: value, as: UTF8.self))
        default: return nil
        }
    }
}

private func secondsSinceEpoch(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
    var days: CInt = 0
    var seconds: CInt = 0
    let epoch = unsafe ASN1_TIME_set(nil, 0)
    defer { unsafe ASN1_STRING_free(epoch) }
    guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return 0 }
    return Int64(days) * 86_400 + Int64(seconds)
}

private func fingerprint(_ x509: OpaquePointer) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: CUnsignedInt = 0
    guard unsafe X509_digest(x509, EVP_sha256(), &digest, &length) == 1 else { return "" }
    return hexadecimal(digest.prefix(Int(length)))
}

private func hexadecimal(_ number: UnsafePointer<ASN1_INTEGER>?) -> String {
    let count = unsafe Int(ASN1_STRING_length(number))
    return unsafe hexadecimal(UnsafeBufferPointer(start: ASN1_STRING_get0_data(number), count: count))
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
}
