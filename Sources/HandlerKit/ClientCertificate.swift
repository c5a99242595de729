// What a client's certificate says, once it was verified by the rules of its server name.

/// A client's certificate.
///
/// It was verified in the handshake, or in the one whose session was resumed: a handler only has to decide what its
/// holder may do. `[tls] client` says who is asked for one.
public struct ClientCertificate: Sendable, Hashable {
    /// The subject's distinguished name as RFC 2253 writes it, `CN=alice,O=Example`; empty if it has none.
    public let subject: String
    /// The issuer's distinguished name as RFC 2253 writes it.
    public let issuer: String
    /// The subject alternative names (RFC 5280 §4.2.1.6) with their kinds: `email:alice@example.test`, `DNS:…`,
    /// `IP:…`, `URI:…`.
    public let alternativeNames: [String]
    /// SHA-256 of the DER form, lower-case hexadecimal.
    public let sha256: String
    /// The serial number, lower-case hexadecimal.
    public let serialNumber: String
    /// First and last second of its validity, in seconds since 1970.
    public let validity: ClosedRange<Int64>

    /// Makes a certificate of its parts.
    public init(
        subject: String, issuer: String, alternativeNames: [String] = [], sha256: String = "",
        serialNumber: String = "", validity: ClosedRange<Int64> = 0...0
    ) {
        self.subject = subject
        self.issuer = issuer
        self.alternativeNames = alternativeNames
        self.sha256 = sha256
        self.serialNumber = serialNumber
        self.validity = validity
    }
}
