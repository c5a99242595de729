// Owns the authority's key in use: what is signed with it, for how long, and when it is made anew.
import SystemPackage

/// An authority that signs leaves within its constraints.
package struct CertificateSigner: LeafIssuer {
    /// The name of the key's file, beside that of the certificate.
    static let keyFileName: FilePath.Component = "ca.key"

    let authority: Identity
    let constraints: NameConstraints

    init(authority: Identity, constraints: NameConstraints) {
        self.authority = authority
        self.constraints = constraints
    }

    /// Reads the authority of a folder and writes nothing: what another user makes there, the daemon may not read.
    ///
    /// - Parameter permitting: what a new authority may sign for beside local names; so may one without constraints.
    /// - Throws: also `.badCertificate` for one that has expired.
    package init(reading folder: FilePath, permitting: [PermittedSubtree]) throws(TLSFailure) {
        authority = try Self.authority(in: folder, at: systemTime())
        constraints = try CertificateAuthority.constraints(in: folder, permitting: permitting)
    }

    /// Reads certificate and key of an authority; one that has expired throws `.badCertificate`.
    static func authority(in folder: FilePath, at now: Int64) throws(TLSFailure) -> Identity {
        let certificateFile = folder.appending(AuthorityCertificate.fileName)
        let authority = try Identity(
            certificateFile: certificateFile, keyFile: folder.appending(keyFileName))
        guard authority.facts.notAfter > now else {
            throw TLSFailure(
                .badCertificate, "it has expired; remove it to have a new one", file: certificateFile)
        }
        return authority
    }

    static let day: Int64 = 86_400
    private static let leafDays: Int64 = 90
    private static let renewalDays: Int64 = 30
    /// Clients whose clock is behind shall not refuse a certificate that was made just now.
    static let clockSlack: Int64 = 3600

    /// A new key and its certificate; names that are not permitted throw `.badSetting`.
    ///
    /// - Parameter days: how long it is valid, never longer than the authority.
    func leaf(
        for names: [String], purpose: CertificatePurpose = .server, days: Int64 = leafDays, at now: Int64,
        key: PrivateKey? = nil, serialNumber: [UInt8]? = nil
    ) throws(TLSFailure) -> Identity {
        try leaf(
            for: names, purpose: purpose, from: now - Self.clockSlack,
            to: min(now + days * Self.day, authority.facts.notAfter), key: key, serialNumber: serialNumber)
    }

    func leaf(for names: [String], at now: Int64) throws(TLSFailure) -> Identity {
        try leaf(for: names, purpose: .server, at: now)
    }

    /// The same from one moment to another.
    ///
    /// - Parameters:
    ///   - key: nil for a new one.
    ///   - serialNumber: nil for one by chance.
    func leaf(
        for names: [String], purpose: CertificatePurpose = .server, from: Int64, to: Int64,
        key: PrivateKey? = nil, serialNumber: [UInt8]? = nil
    ) throws(TLSFailure) -> Identity {
        for name in names where !name.contains("@") && !constraints.permits(name) {
            throw TLSFailure(.badSetting, "\(name) is not among the names that the authority may sign for")
        }
        let key = if let key { key } else { try PrivateKey.generate() }
        var builder = CertificateBuilder.leaf(for: names, purpose: purpose, key: key, from: from, to: to)
        builder.serialNumber = serialNumber
        return Identity(made: try builder.signed(by: (authority.leaf, authority.key)), key: key)
    }

    /// Whether a leaf needs no successor yet: it is valid, and 60 of its 90 days are not over.
    func isFresh(_ leaf: Identity, at now: Int64) -> Bool {
        guard leaf.facts.notBefore <= now else { return false }
        // Nothing that is made later ends later.
        if leaf.facts.notAfter >= authority.facts.notAfter { return leaf.facts.notAfter > now }
        return leaf.facts.notAfter - now > Self.renewalDays * Self.day
    }
}
