// Owns the making of certificates with one fault each. All else about them is right: names, times, authority.
import Synchronization

/// An authority's work with a fault in it.
struct FaultyIssuer: LeafIssuer {
    private let fault: TLSFault
    private let signer: CertificateSigner
    // Made once: an RSA key takes longer than a handshake does.
    private let weakKey: PrivateKey?

    /// What the certificate is for when it is for none of the server's names; the local authority may sign for it.
    static let wrongName = "wrong-name.portico.test"
    private static let weakBits: CInt = 1024
    // For the whole process: RFC 5280 §4.1.2.2 wants each certificate of an authority to have another, those of before a
    // reload too. A start begins anywhere, since nothing remembers where the one before ended.
    private static let revoked = Atomic(Int.random(in: 0..<CertificateSigner.revokedSerialNumberCount))

    /// - Parameter signer: the authority that clients know; what nobody is to know is made here.
    init(_ fault: TLSFault, by signer: CertificateSigner, at now: Int64) throws(TLSFailure) {
        self.fault = fault
        self.signer =
            switch fault {
            case .untrusted: try .thrownAway(within: signer.constraints, at: now)
            case .incompleteChain: try signer.intermediate(at: now)
            default: signer
            }
        weakKey = fault == .weakKey ? try .generateRSA(bits: Self.weakBits) : nil
    }

    var constraints: NameConstraints { signer.constraints }

    func leaf(for names: [String], at now: Int64) throws(TLSFailure) -> Identity {
        let leaf = try faultyLeaf(for: names, at: now)
        leaf.mark(.fault)
        return leaf
    }

    private func faultyLeaf(for names: [String], at now: Int64) throws(TLSFailure) -> Identity {
        let day = CertificateSigner.day
        switch fault {
        case .expired:
            return try signer.leaf(for: names, from: now - 91 * day, to: now - day)
        case .notYetValid:
            return try signer.leaf(for: names, from: now + 30 * day, to: now + 120 * day)
        case .wrongName:
            return try signer.leaf(for: [Self.wrongName], at: now)
        case .untrusted:
            let leaf = try signer.leaf(for: names, at: now)
            return Identity(made: leaf.leaf, key: leaf.key, chain: [signer.authority.leaf])
        case .selfSigned:
            return try signer.selfSignedLeaf(for: names, at: now)
        case .revoked:
            return try signer.leaf(
                for: names, at: now, serialNumber: signer.revokedSerialNumber(Self.nextRevoked()))
        case .weakKey:
            return try signer.leaf(for: names, at: now, key: weakKey)
        case .incompleteChain, .tls10Only, .noSharedCipher, .hang, .reset, .closeMidRecord:
            return try signer.leaf(for: names, at: now)
        }
    }

    /// Which revoked serial number is next; around again once all have been used.
    private static func nextRevoked() -> Int {
        revoked.wrappingAdd(1, ordering: .relaxed).oldValue % CertificateSigner.revokedSerialNumberCount
    }

    func isFresh(_ leaf: Identity, at now: Int64) -> Bool {
        switch fault {
        case .expired: leaf.facts.notAfter < now
        case .notYetValid: leaf.facts.notBefore > now
        default: signer.isFresh(leaf, at: now)
        }
    }
}
