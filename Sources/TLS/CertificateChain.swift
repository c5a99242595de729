// Owns the order of a certificate chain: the leaf first, each certificate before its issuer (RFC 8446 §4.4.2).
import COpenSSL
import SystemPackage

/// Puts the certificates of a file in order, whatever order they are in: the one of the key is the leaf.
///
/// A certificate that occurs twice is taken once. Of several issuers of one certificate, the one that was itself
/// issued by another comes first and the rest last, so that clients find whichever path they trust.
func chain(
    of certificates: [Certificate], to key: PrivateKey, certificateFile: FilePath, keyFile: FilePath
) throws(TLSFailure) -> [Certificate] {
    var rest = distinct(certificates)
    guard let leaf = rest.firstIndex(where: { $0.belongs(to: key) }) else {
        throw TLSFailure(.keyMismatch, "checking it against \(certificateFile)", file: keyFile)
    }
    var chain = [rest.remove(at: leaf)]
    while let next = issuer(of: chain[chain.count - 1], among: rest) { chain.append(rest.remove(at: next)) }
    for certificate in rest where !chain.contains(where: { $0.wasIssued(by: certificate) }) {
        let subject = CertificateFacts(certificate).subject
        throw TLSFailure(
            .chainOrder, "the certificate of \(subject) issued none of the others up to the leaf",
            file: certificateFile)
    }
    return chain + rest
}

private func distinct(_ certificates: [Certificate]) -> [Certificate] {
    var kept: [Certificate] = []
    for certificate in certificates where !kept.contains(where: { $0.isSame(as: certificate) }) {
        kept.append(certificate)
    }
    return kept
}

private func issuer(of certificate: Certificate, among candidates: [Certificate]) -> Int? {
    let issuers = candidates.indices.filter { certificate.wasIssued(by: candidates[$0]) }
    return issuers.first { !candidates[$0].wasIssued(by: candidates[$0]) } ?? issuers.first
}

extension Certificate {
    fileprivate func isSame(as other: Certificate) -> Bool { unsafe X509_cmp(pointer, other.pointer) == 0 }
}
