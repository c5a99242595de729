// Owns the local certificate authority: made once and kept for ever, with the default leaf that is renewed in time.
// A file that cannot be understood is reported and never overwritten.
internal import Sockets
import SystemPackage

/// A local authority and the default server certificate that it signed, kept in one folder.
///
/// `ca.pem` is what clients are told to trust; `ca.key`, `localhost.pem` and `localhost.key` lie beside it.
package struct CertificateAuthority: Sendable {
    /// The default leaf: for `localhost`, the host's name, the loopback addresses and those of the interfaces.
    package let identity: Identity
    /// The authority's own certificate.
    package let certificate: AuthorityCertificate
    /// The file of the authority's own certificate.
    package let certificatePath: FilePath
    /// Whether the authority was made just now; nobody trusts it yet.
    package let isNew: Bool
    /// The identity's warnings, those about the authority's key, and what the authority may not sign.
    package let warnings: [String]
    let signer: CertificateSigner

    /// What the authority's certificate says.
    package var facts: CertificateFacts { certificate.facts }

    private static let authorityDays: Int64 = 3650

    /// Loads what the folder holds and makes what is missing; processes that start at once take turns.
    ///
    /// An authority that is there stays as it is, whatever `permitting` says; a warning tells the difference. The
    /// default leaf is made anew when the machine's names changed, after 60 days, or when it is not this authority's.
    /// Failures name the file.
    ///
    /// - Parameters:
    ///   - permitting: what a new authority may sign for beside local names.
    ///   - isReadOnly: whether nothing is written: there must be an authority, and a leaf that is made stays in memory.
    package init(
        directory path: FilePath, permitting: [PermittedSubtree] = [], isReadOnly: Bool = false
    ) throws(TLSFailure) {
        try self.init(
            directory: path, permitting: permitting, isReadOnly: isReadOnly, hostName: systemHostName(),
            addresses: InterfaceAddresses.current(), now: systemTime())
    }

    init(
        directory path: FilePath, permitting: [PermittedSubtree] = [], isReadOnly: Bool = false,
        hostName: String,
        addresses: [String], now: Int64
    ) throws(TLSFailure) {
        let directory =
            isReadOnly ? CertificateDirectory(reading: path) : try CertificateDirectory(locking: path)
        let wanted = permitting + [PermittedSubtree(hostName)].compactMap(\.self)
        certificatePath = path.appending(AuthorityCertificate.fileName)
        isNew = try !directory.contains(AuthorityCertificate.fileName)
        let authority = try CertificateAuthority.authority(
            in: directory, host: hostName, constraints: .local.adding(wanted), now: now)
        certificate = try AuthorityCertificate(authority.leaf, file: certificatePath)
        let constraints = certificate.constraints ?? .local.adding(wanted)
        signer = CertificateSigner(authority: authority, constraints: constraints)
        let names = machineNames(host: hostName, addresses: addresses, within: constraints)
        identity = try CertificateAuthority.leaf(in: directory, of: signer, names: names, now: now)
        warnings =
            authority.warnings + identity.warnings
            + CertificateAuthority.differences(certificate, from: wanted, in: path)
    }

    /// What the authority in a folder may sign for, or a new one might.
    package static func constraints(
        in folder: FilePath, permitting: [PermittedSubtree]
    ) throws(TLSFailure) -> NameConstraints {
        let wanted = NameConstraints.local.adding(
            permitting + [PermittedSubtree(systemHostName())].compactMap(\.self))
        let file = folder.appending(AuthorityCertificate.fileName)
        guard try CertificateDirectory.exists(file) else { return wanted }
        return try AuthorityCertificate(file: file).constraints ?? wanted
    }

    /// What the authority was made without, and how to have another.
    private static func differences(
        _ certificate: AuthorityCertificate, from wanted: [PermittedSubtree], in folder: FilePath
    ) -> [String] {
        let remedy =
            "to have a new authority, run portico ca remove, delete ca.pem and ca.key in \(folder), and start again"
        guard let constraints = certificate.constraints else {
            return [
                "the local authority could sign for any name, as it was made without name constraints; \(remedy)"
            ]
        }
        let missing = wanted.filter { !constraints.contains($0) }.map(\.description)
        guard !missing.isEmpty else { return [] }
        return ["the local authority was made without \(missing.joined(separator: ", ")); \(remedy)"]
    }

    private static func authority(
        in directory: borrowing CertificateDirectory, host: String, constraints: NameConstraints, now: Int64
    ) throws(TLSFailure) -> Identity {
        if directory.isLocked, try !directory.contains(AuthorityCertificate.fileName) {
            let key = try authorityKey(in: directory)
            let certificate = try CertificateBuilder.authority(
                named: authorityName(host), constraints: constraints, key: key,
                from: now - CertificateSigner.clockSlack, to: now + authorityDays * CertificateSigner.day
            ).signed()
            try directory.replace(AuthorityCertificate.fileName, with: certificate.pem(), mode: 0o644)
        }
        return try CertificateSigner.authority(in: directory.path, at: now)
    }

    /// A name that no other authority has: trust stores look issuers up by it.
    private static func authorityName(_ host: String) -> String {
        let number = String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
        return String("Portico local CA (\(host)".prefix(54)) + ") " + number
    }

    /// The key comes to the disk before its certificate; one that a crash left alone is used.
    private static func authorityKey(in directory: borrowing CertificateDirectory) throws(TLSFailure)
        -> PrivateKey
    {
        if try directory.contains(CertificateSigner.keyFileName) {
            let file = try PEMFile(reading: directory.path.appending(CertificateSigner.keyFileName))
            return try naming(file.path) { () throws(TLSFailure) in try PrivateKey(pem: file.bytes) }
        }
        let key = try PrivateKey.generate()
        try directory.replace(CertificateSigner.keyFileName, with: key.pem(), mode: 0o600)
        return key
    }

    private static func leaf(
        in directory: borrowing CertificateDirectory, of signer: CertificateSigner, names: [String],
        now: Int64
    ) throws(TLSFailure) -> Identity {
        if let kept = try keptLeaf(in: directory), kept.leaf.wasIssued(by: signer.authority.leaf),
            Set(kept.facts.alternativeNames) == Set(names), signer.isFresh(kept, at: now)
        {
            return kept
        }
        let made = try signer.leaf(for: names, at: now)
        guard directory.isLocked else { return made }
        try directory.replace("localhost.key", with: made.key.pem(), mode: 0o600)
        try directory.replace("localhost.pem", with: made.leaf.pem(), mode: 0o644)
        return made
    }

    /// The leaf on the disk; nil if there is none, or if a crash came between the writing of its two files.
    private static func keptLeaf(in directory: borrowing CertificateDirectory) throws(TLSFailure) -> Identity?
    {
        guard try directory.contains("localhost.pem"), try directory.contains("localhost.key") else {
            return nil
        }
        do throws(TLSFailure) {
            return try Identity(
                certificateFile: directory.path.appending("localhost.pem"),
                keyFile: directory.path.appending("localhost.key"))
        } catch {
            guard error.code == .keyMismatch else { throw error }
            return nil
        }
    }
}
