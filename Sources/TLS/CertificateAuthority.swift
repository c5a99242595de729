// Owns the local certificate authority: made once and kept for ever, with a leaf that is renewed in time.
// A file that cannot be understood is reported and never overwritten.
import COpenSSL
import Glibc
import SystemPackage

/// A local authority and the server certificate that it signed, kept in one folder.
///
/// `ca.pem` is what clients are told to trust; `ca.key`, `localhost.pem` and `localhost.key` lie beside it.
package struct CertificateAuthority: Sendable {
    /// For `localhost`, the host's name, 127.0.0.1, ::1 and the names that were asked for.
    package let identity: Identity
    /// The authority's own certificate, for `curl --cacert` and trust stores.
    package let certificatePath: FilePath
    /// What the authority's certificate says; `sha256` is the fingerprint to compare.
    package let facts: CertificateFacts
    /// Whether the authority was made just now; nobody trusts it yet.
    package let isNew: Bool
    /// The identity's warnings and those about the authority's key.
    package let warnings: [String]

    private static let day: Int64 = 86_400
    private static let authorityDays: Int64 = 3650
    private static let leafDays: Int64 = 90
    private static let renewalDays: Int64 = 30
    /// Clients whose clock is behind shall not refuse a certificate that was made just now.
    private static let clockSlack: Int64 = 3600

    /// Loads what the folder holds and makes what is missing; processes that start at once take turns.
    ///
    /// The leaf is made anew when `names` changed, when its end is 30 days away, or when it is not this
    /// authority's. `hostName` nil asks the system. Failures name the file.
    package init(
        directory path: FilePath, names: [String] = [], hostName: String? = nil
    ) throws(TLSFailure) {
        try self.init(directory: path, names: names, hostName: hostName, now: Int64(time(nil)))
    }

    init(directory path: FilePath, names: [String], hostName: String?, now: Int64) throws(TLSFailure) {
        let host = hostName ?? systemHostName()
        let names = try serverNames(names, host: host)
        let directory = try CertificateDirectory(locking: path)
        isNew = try !directory.contains("ca.pem")
        let authority = try CertificateAuthority.authority(in: directory, host: host, now: now)
        identity = try CertificateAuthority.leaf(in: directory, of: authority, names: names, now: now)
        certificatePath = path.appending("ca.pem")
        facts = authority.facts
        warnings = authority.warnings + identity.warnings
    }

    private static func authority(
        in directory: borrowing CertificateDirectory, host: String, now: Int64
    ) throws(TLSFailure) -> Identity {
        let certificateFile = directory.path.appending("ca.pem")
        let keyFile = directory.path.appending("ca.key")
        if try !directory.contains("ca.pem") {
            let key = try authorityKey(in: directory)
            let name = String("Portico local CA (\(host)".prefix(63)) + ")"
            let certificate = try CertificateBuilder.authority(
                named: name, key: key, from: now - clockSlack, to: now + authorityDays * day
            ).signed()
            try directory.replace("ca.pem", with: certificate.pem(), mode: 0o644)
        }
        let authority = try Identity(certificateFile: certificateFile, keyFile: keyFile)
        guard unsafe X509_check_ca(authority.leaf.pointer) == 1 else {
            throw TLSFailure(.badCertificate, "it is no certificate authority", file: certificateFile)
        }
        guard authority.facts.notAfter > now else {
            throw TLSFailure(
                .badCertificate, "it has expired; remove it to have a new one", file: certificateFile)
        }
        return authority
    }

    /// The key comes to the disk before its certificate; one that a crash left alone is used.
    private static func authorityKey(in directory: borrowing CertificateDirectory) throws(TLSFailure)
        -> PrivateKey
    {
        if try directory.contains("ca.key") {
            let file = try PEMFile(reading: directory.path.appending("ca.key"))
            return try naming(file.path) { () throws(TLSFailure) in try PrivateKey(pem: file.bytes) }
        }
        let key = try PrivateKey.generate()
        try directory.replace("ca.key", with: key.pem(), mode: 0o600)
        return key
    }

    private static func leaf(
        in directory: borrowing CertificateDirectory, of authority: Identity, names: [String], now: Int64
    ) throws(TLSFailure) -> Identity {
        if let kept = try keptLeaf(in: directory), kept.leaf.wasIssued(by: authority.leaf),
            Set(kept.facts.alternativeNames) == Set(names), kept.facts.notBefore <= now,
            kept.facts.notAfter - now > renewalDays * day
        {
            return kept
        }
        let key = try PrivateKey.generate()
        let end = min(now + leafDays * day, authority.facts.notAfter)
        let certificate = try CertificateBuilder.server(
            named: names, key: key, from: now - clockSlack, to: end
        ).signed(by: (authority.leaf, authority.key))
        try directory.replace("localhost.key", with: key.pem(), mode: 0o600)
        try directory.replace("localhost.pem", with: certificate.pem(), mode: 0o644)
        return try loadLeaf(directory.path)
    }

    /// The leaf on the disk; nil if there is none, or if a crash came between the writing of its two files.
    private static func keptLeaf(in directory: borrowing CertificateDirectory) throws(TLSFailure) -> Identity?
    {
        guard try directory.contains("localhost.pem"), try directory.contains("localhost.key") else {
            return nil
        }
        do throws(TLSFailure) {
            return try loadLeaf(directory.path)
        } catch {
            guard error.code == .keyMismatch else { throw error }
            return nil
        }
    }

    private static func loadLeaf(_ folder: FilePath) throws(TLSFailure) -> Identity {
        try Identity(
            certificateFile: folder.appending("localhost.pem"), keyFile: folder.appending("localhost.key"))
    }
}
