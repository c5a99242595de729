// Owns what an authority signs only so that clients have something to refuse.

extension CertificateSigner {
    /// An authority that nobody knows, and whose key nobody keeps.
    static func thrownAway(within constraints: NameConstraints, at now: Int64) throws(TLSFailure)
        -> CertificateSigner
    {
        let key = try PrivateKey.generate()
        let certificate = try authority("untrusted", constraints, key, at: now).signed()
        return CertificateSigner(authority: Identity(made: certificate, key: key), constraints: constraints)
    }

    /// An authority below this one.
    func intermediate(at now: Int64) throws(TLSFailure) -> CertificateSigner {
        let key = try PrivateKey.generate()
        let certificate = try Self.authority("intermediate", constraints, key, at: now)
            .signed(by: (authority.leaf, authority.key))
        return CertificateSigner(authority: Identity(made: certificate, key: key), constraints: constraints)
    }

    private static func authority(
        _ kind: String, _ constraints: NameConstraints, _ key: PrivateKey, at now: Int64
    ) -> CertificateBuilder {
        CertificateBuilder.authority(
            named: "Portico \(kind) CA", constraints: constraints, key: key, from: now - clockSlack,
            to: now + 365 * day)
    }

    /// A certificate that no authority has signed.
    func selfSignedLeaf(for names: [String], at now: Int64) throws(TLSFailure) -> Identity {
        let key = try PrivateKey.generate()
        var builder = CertificateBuilder.leaf(
            for: names, purpose: .server, key: key, from: now - Self.clockSlack, to: now + 90 * Self.day)
        // RFC 5280 §4.1.2.4: the issuer, which it is itself, has a name.
        builder.subject = names.first ?? "localhost"
        return Identity(made: try builder.signed(), key: key)
    }

    /// As many as leaves are kept.
    static let revokedSerialNumberCount = LeafCertificates.most

    /// One of the serial numbers that the authority has revoked: the same at every start, so that whoever has fetched the
    /// list once keeps a true one.
    func revokedSerialNumber(_ number: Int) -> [UInt8] {
        CertificateBuilder.serialNumber(
            sha256(Array("revoked \(number) of \(authority.facts.sha256)".utf8)))
    }

    /// All of them.
    var revokedSerialNumbers: [[UInt8]] { (0..<Self.revokedSerialNumberCount).map(revokedSerialNumber) }

    /// The list of those numbers.
    func revocationList(at now: Int64) throws(TLSFailure) -> RevocationList {
        try RevocationListBuilder(
            serialNumbers: revokedSerialNumbers, from: now - Self.clockSlack, to: authority.facts.notAfter
        ).signed(by: (authority.leaf, authority.key))
    }
}
