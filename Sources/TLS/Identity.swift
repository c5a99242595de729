// Owns what a server shows and proves itself with: leaf, chain and private key, checked against each other.
import SystemPackage

/// A certificate chain with its private key, ready for a `TLSContext`; immutable, so threads share it.
package final class Identity: Sendable {
    let leaf: Certificate
    let chain: [Certificate]
    let key: PrivateKey

    /// What the leaf certificate says.
    package let facts: CertificateFacts
    /// What works but should be told: a key file that others can read.
    package let warnings: [String]
    /// The file that the certificates are from.
    package let file: FilePath

    /// Loads PEM files: the leaf with the certificates of its issuers, in any order, and the leaf's key.
    ///
    /// Both paths may name the same file. Every failure names the file that is to blame.
    package convenience init(
        certificateFile: FilePath, keyFile: FilePath, passphrase: Passphrase? = nil
    ) throws(TLSFailure) {
        let (certificate, key) = (try PEMFile(reading: certificateFile), try PEMFile(reading: keyFile))
        try self.init(
            certificate.bytes, key.bytes, passphrase, certificateFile: certificateFile, keyFile: keyFile,
            warnings: key.isOpenToOthers ? [key.openness(of: "the private key")] : [])
    }

    /// Takes PEM texts from memory; `name` stands in for the file's in failures and warnings.
    package convenience init(certificatePEM: [UInt8], keyPEM: [UInt8], name: String) throws(TLSFailure) {
        try self.init(
            certificatePEM, keyPEM, nil, certificateFile: FilePath(name), keyFile: FilePath(name),
            warnings: [])
    }

    /// A certificate that was just made for its key.
    init(made certificate: Certificate, key: PrivateKey, chain: [Certificate] = []) {
        leaf = certificate
        self.chain = chain
        self.key = key
        facts = CertificateFacts(certificate)
        file = ""
        warnings = []
    }

    private init(
        _ certificatePEM: [UInt8], _ keyPEM: [UInt8], _ passphrase: Passphrase?, certificateFile: FilePath,
        keyFile: FilePath, warnings: [String]
    ) throws(TLSFailure) {
        let certificates = try naming(certificateFile) { () throws(TLSFailure) in
            try Certificate.all(pem: certificatePEM)
        }
        key = try naming(keyFile) { () throws(TLSFailure) in
            try PrivateKey(pem: keyPEM, passphrase: passphrase)
        }
        let ordered = try TLS.chain(
            of: certificates, to: key, certificateFile: certificateFile, keyFile: keyFile)
        leaf = ordered[0]
        chain = Array(ordered.dropFirst())
        facts = CertificateFacts(leaf)
        file = certificateFile
        self.warnings = warnings
    }

    /// OpenSSL's name of the key's algorithm, "EC" or "RSA"; a server name can have one identity of each.
    package var keyAlgorithm: String { key.algorithm }

    /// What each certificate says, the leaf's first.
    package var allFacts: [CertificateFacts] { [facts] + chain.map { CertificateFacts($0) } }
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
