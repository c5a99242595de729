// Owns the certificate that clients are told to trust. It has no key, so nothing of it is secret.
import COpenSSL
import SystemPackage

/// The local authority's own certificate, for `curl --cacert` and trust stores.
package struct AuthorityCertificate: Sendable {
    /// The name of its file in the authority's folder.
    package static let fileName: FilePath.Component = "ca.pem"

    /// What it says; `sha256` is the fingerprint to compare.
    package let facts: CertificateFacts
    /// What it may sign for; nil if it was made without constraints, by a Portico of before 2026-11.
    package let constraints: NameConstraints?
    let certificate: Certificate

    /// Reads `ca.pem` in the authority's folder, or any file with one authority's certificate.
    package init(file: FilePath) throws(TLSFailure) {
        let text = try PEMFile(reading: file)
        let found = try naming(file) { () throws(TLSFailure) in try Certificate.all(pem: text.bytes) }
        try self.init(found[0], file: file)
    }

    init(_ certificate: Certificate, file: FilePath) throws(TLSFailure) {
        guard unsafe X509_check_ca(certificate.pointer) == 1 else {
            throw TLSFailure(.badCertificate, "it is no certificate authority", file: file)
        }
        self.certificate = certificate
        facts = CertificateFacts(certificate)
        constraints = NameConstraints(of: certificate)
    }

    /// The certificate in PEM, and nothing else.
    package func pem() throws(TLSFailure) -> [UInt8] { try certificate.pem() }

    /// Writes it in PEM to a file that all may read, whole or not at all.
    package func write(to file: FilePath) throws(TLSFailure) {
        try DurableFile.replace(file, with: certificate.pem(), mode: 0o644)
    }

    /// The certificate in DER.
    package func der() throws(TLSFailure) -> [UInt8] { try certificate.der() }
}
