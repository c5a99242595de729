// Owns certificates that people make by hand with the local authority, and their files.
import COpenSSL
import SystemPackage

/// A certificate for names that somebody chose, with its key.
package struct IssuedCertificate: Sendable {
    private let identity: Identity
    private let authority: Certificate

    /// What the certificate says.
    package var facts: CertificateFacts { identity.facts }

    /// The longest validity in days that clients take from an authority of one's own (Apple's limit).
    package static let mostDays = 825

    /// Makes a key and a certificate; a name that is malformed or not permitted throws `.badSetting`.
    ///
    /// - Parameters:
    ///   - names: DNS names, also with `*` as the first label, IP addresses, and for clients e-mail addresses.
    ///   - isForClients: whether clients prove themselves with it; with a DNS name or an IP address, servers may too.
    package init(
        by signer: CertificateSigner, for names: [String], isForClients: Bool, days: Int
    ) throws(TLSFailure) {
        var seen: [String] = []
        for name in try names.map({ (name) throws(TLSFailure) in try certificateName(name) })
        where !seen.contains(name) { seen.append(name) }
        let isPerson = seen.allSatisfy { $0.contains("@") }
        guard isForClients || !seen.contains(where: { $0.contains("@") }) else {
            throw TLSFailure(.badSetting, "an e-mail address is for a client's certificate")
        }
        identity = try signer.leaf(
            for: seen, purpose: isForClients ? (isPerson ? .client : .clientAndServer) : .server,
            days: Int64(days), at: systemTime())
        authority = signer.authority.leaf
    }

    /// The forms in which it can be written.
    package enum Form: Sendable {
        /// Certificate and key in PEM, two files.
        case pem
        /// Both and the authority's certificate in one encrypted file, PKCS #12 of RFC 7292.
        case pkcs12(password: String)
    }

    /// Writes the files, keys for the owner only.
    ///
    /// - Parameters:
    ///   - path: the files' path without suffix: `.pem` and `.key`, or `.p12`, are added.
    ///   - replacing: whether files that are there are replaced; otherwise they throw `.unwritableFile`.
    /// - Returns: the files.
    package func write(_ form: Form, to path: FilePath, replacing: Bool) throws(TLSFailure) -> [FilePath] {
        var files: [(path: FilePath, bytes: [UInt8], mode: mode_t)] = []
        switch form {
        case .pem:
            files.append((FilePath(path.string + ".key"), try identity.key.pem(), 0o600))
            files.append((FilePath(path.string + ".pem"), try identity.leaf.pem(), 0o644))
        case .pkcs12(let password):
            let name = path.lastComponent?.string ?? ""
            files.append((FilePath(path.string + ".p12"), try pkcs12(password, named: name), 0o600))
        }
        if !replacing { try Self.checkAbsent(files.map(\.path)) }
        for file in files {
            if replacing {
                try DurableFile.replace(file.path, with: file.bytes, mode: file.mode)
            } else {
                try DurableFile.create(file.path, with: file.bytes, mode: file.mode)
            }
        }
        return files.map(\.path)
    }

    /// All are looked for before the first is written: a key without its certificate is of no use.
    private static func checkAbsent(_ files: [FilePath]) throws(TLSFailure) {
        for file in files where try CertificateDirectory.exists(file) {
            throw TLSFailure(.unwritableFile, "writing it", file: file, underlying: .fileExists)
        }
    }

    private func pkcs12(_ password: String, named name: String) throws(TLSFailure) -> [UInt8] {
        ErrorQueue.clear()
        let made = unsafe copenssl_pkcs12_create(
            password, name, identity.key.pointer, identity.leaf.pointer, authority.pointer)
        guard let made = unsafe made else { throw .draining(.library, "making a PKCS #12 file") }
        defer { unsafe PKCS12_free(made) }
        let bytes = unsafe MemoryBIO.writing { bio in unsafe i2d_PKCS12_bio(bio, made) == 1 }
        guard let bytes else { throw .draining(.library, "encoding a PKCS #12 file") }
        return bytes
    }
}
