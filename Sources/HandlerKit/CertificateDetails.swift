// What a certificate says, the server's or a client's.

/// A certificate of a TLS connection.
///
/// A client's was verified in the handshake, or in the one whose session was resumed: a handler only has to decide what
/// its holder may do. `[tls] client` says who is asked for one.
public struct CertificateDetails: Sendable, Hashable {
    /// The subject's distinguished name as RFC 2253 writes it, `CN=alice,O=Example`; empty if it has none.
    public let subject: String
    /// The issuer's distinguished name as RFC 2253 writes it.
    public let issuer: String
    /// The subject alternative names (RFC 5280 §4.2.1.6) with their kinds: `email:alice@example.test`, `DNS:…`,
    /// `IP:…`, `URI:…`.
    public let alternativeNames: [String]
    /// The first second of its validity, in seconds since 1970.
    public let notBefore: Int64
    /// The last second of its validity, in seconds since 1970.
    public let notAfter: Int64
    /// The serial number, lower-case hexadecimal.
    public let serialNumber: String
    /// SHA-256 of the DER form, 64 lower-case hexadecimal digits.
    public let sha256: String

    /// Makes a certificate of its parts.
    public init(
        subject: String, issuer: String, alternativeNames: [String] = [], notBefore: Int64 = 0,
        notAfter: Int64 = 0, serialNumber: String = "", sha256: String = ""
    ) {
        self.subject = subject
        self.issuer = issuer
        self.alternativeNames = alternativeNames
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.serialNumber = serialNumber
        self.sha256 = sha256
    }
}
