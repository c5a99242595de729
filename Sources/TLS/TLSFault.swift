// Owns the names of the faults that a listener can have on purpose, as the configuration writes them.

/// What is wrong with a server on purpose, so that its clients can be tested; everything else about it is right.
package enum TLSFault: String, CaseIterable, Sendable {
    /// The certificate has ended.
    case expired
    /// The certificate begins later.
    case notYetValid = "not-yet-valid"
    /// The certificate is for another name.
    case wrongName = "wrong-name"
    /// The certificate comes from an authority that nobody knows, which is sent along.
    case untrusted
    /// The certificate is signed with its own key.
    case selfSigned = "self-signed"
    /// The certificate is on its authority's revocation list.
    case revoked
    /// The certificate comes from an intermediate authority that isn't sent.
    case incompleteChain = "incomplete-chain"
    /// Nothing newer than TLS 1.0 is spoken.
    case tls10Only = "tls1.0-only"
    /// The certificate has an RSA key of 1024 bits.
    case weakKey = "weak-key"
    /// No cipher suite is taken that clients offer.
    case noSharedCipher = "no-shared-cipher"
    /// The ClientHello is never answered.
    case hang
    /// The ClientHello is answered with a TCP reset.
    case reset
    /// The connection ends in the middle of the first record after the handshake.
    case closeMidRecord = "close-mid-record"

    /// Whether clients who shake hands see a certificate that was made for the fault.
    package var isOfCertificate: Bool {
        switch self {
        case .expired, .notYetValid, .wrongName, .untrusted, .selfSigned, .revoked, .incompleteChain,
            .weakKey:
            true
        case .tls10Only, .noSharedCipher, .hang, .reset, .closeMidRecord: false
        }
    }

    /// Whether it stands in the place of a handshake, so that no context ever serves it.
    package var replacesHandshake: Bool { self == .hang || self == .reset }

    /// Whether the fault shows only to clients who trust the local authority: others complain of that first.
    package var needsAuthority: Bool { isOfCertificate && self != .untrusted && self != .selfSigned }
}
