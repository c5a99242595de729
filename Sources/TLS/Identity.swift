// Owns what a server shows and proves itself with: leaf, chain and private key, checked against each other.
import Glibc
import SystemPackage

/// A certificate chain with its private key, ready for a `TLSContext`; immutable, so threads share it.
package final class Identity: Sendable {
    let leaf: Certificate
    let chain: [Certificate]
    let key: PrivateKey

    /// What the leaf certificate says.
    package let facts: CertificateFacts
    /// What works but should be told: a key file that others can read, a certificate out of its time.
    package let warnings: [String]

    /// Loads PEM files: the leaf first, each certificate followed by its issuer; the key unencrypted.
    ///
    /// Both paths may name the same file. Every failure names the file that is to blame.
    package convenience init(certificateFile: FilePath, keyFile: FilePath) throws(TLSFailure) {
        try self.init(certificate: PEMFile(reading: certificateFile), key: PEMFile(reading: keyFile))
    }

    /// Takes PEM texts from memory; `name` stands in for the file's in failures and warnings.
    package convenience init(certificatePEM: [UInt8], keyPEM: [UInt8], name: String) throws(TLSFailure) {
        let certificates = try naming(FilePath(name)) { () throws(TLSFailure) in
            try Certificate.all(pem: certificatePEM)
        }
        let key = try naming(FilePath(name)) { () throws(TLSFailure) in try PrivateKey(pem: keyPEM) }
        try self.init(
            certificates, key, certificateFile: FilePath(name), keyFile: FilePath(name), warnings: [])
    }

    /// A certificate that was just made for its key.
    init(made certificate: Certificate, key: PrivateKey) {
        leaf = certificate
        chain = []
        self.key = key
        facts = CertificateFacts(certificate)
        warnings = []
    }

    private convenience init(certificate: PEMFile, key keyFile: PEMFile) throws(TLSFailure) {
        let certificates = try naming(certificate.path) { () throws(TLSFailure) in
            try Certificate.all(pem: certificate.bytes)
        }
        let key = try naming(keyFile.path) { () throws(TLSFailure) in try PrivateKey(pem: keyFile.bytes) }
        let mode = String(keyFile.mode, radix: 8)
        let warning =
            "\(keyFile.path): others than its owner can read the private key (mode \(mode)); chmod it to 600"
        try self.init(
            certificates, key, certificateFile: certificate.path, keyFile: keyFile.path,
            warnings: keyFile.isOpenToOthers ? [warning] : [])
    }

    private init(
        _ certificates: [Certificate], _ key: PrivateKey, certificateFile: FilePath, keyFile: FilePath,
        warnings: [String]
    ) throws(TLSFailure) {
        try checkOrder(certificates, file: certificateFile)
        try checkKey(key, certificates, certificateFile: certificateFile, keyFile: keyFile)
        leaf = certificates[0]
        chain = Array(certificates.dropFirst())
        self.key = key
        facts = CertificateFacts(leaf)
        let dates = certificates.compactMap { dateWarning(CertificateFacts($0), file: certificateFile) }
        self.warnings = warnings + dates
    }

    /// The leaf certificate in PEM, for those who want to show or pin it.
    package func certificatePEM() throws(TLSFailure) -> [UInt8] { try leaf.pem() }
}

/// Adds the file's name to a failure that does not know it.
func naming<Value>(
    _ file: FilePath, _ body: () throws(TLSFailure) -> Value
) throws(TLSFailure) -> Value {
    do throws(TLSFailure) {
        return try body()
    } catch {
        throw TLSFailure(
            error.code, error.context, file: error.file ?? file, underlying: error.underlying,
            stack: error.stack)
    }
}

private func checkOrder(_ certificates: [Certificate], file: FilePath) throws(TLSFailure) {
    for (number, pair) in zip(certificates, certificates.dropFirst()).enumerated()
    where !pair.0.wasIssued(by: pair.1) {
        let context =
            "certificate \(number + 1) was not issued by certificate \(number + 2); the order is leaf first"
        throw TLSFailure(.chainOrder, context, file: file)
    }
}

private func checkKey(
    _ key: PrivateKey, _ certificates: [Certificate], certificateFile: FilePath, keyFile: FilePath
) throws(TLSFailure) {
    guard !certificates[0].belongs(to: key) else { return }
    if let position = certificates.firstIndex(where: { $0.belongs(to: key) }) {
        let context = "the key of \(keyFile) belongs to certificate \(position + 1), which must come first"
        throw TLSFailure(.chainOrder, context, file: certificateFile)
    }
    throw TLSFailure(.keyMismatch, "checking it against \(certificateFile)", file: keyFile)
}

private func dateWarning(_ facts: CertificateFacts, file: FilePath) -> String? {
    let now = Int64(time(nil))
    if now > facts.notAfter { return "\(file): the certificate of \(facts.subject) has expired" }
    if now < facts.notBefore { return "\(file): the certificate of \(facts.subject) is not valid yet" }
    return nil
}
