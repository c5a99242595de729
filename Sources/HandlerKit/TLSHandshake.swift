// What was said in a TLS handshake, in full: for pages that show it.

/// A TLS handshake with all that its result does not tell.
public struct TLSHandshake: Sendable {
    /// What the client offered; nil for a connection that is older than the handler which asks for it.
    public var offer: ClientOffer?
    /// The scheme that the server signed with, `ecdsa_secp256r1_sha256`; nil for a resumed session.
    public var signatureScheme: String?
    /// Whether the client sent data before the handshake was over (RFC 8446 §4.2.10), which is never taken.
    public var refusedEarlyData: Bool
    /// Whether the kernel encrypts what is sent (kTLS).
    public var kernelTLS: KernelTLS
    /// The server's certificate and those of its issuers; empty for a resumed session, in which none is shown.
    public var serverChain: [CertificateDetails]
    /// How the server got its certificate; nil for a resumed session.
    public var origin: Origin?
    /// The client's certificate and those of its issuers; only the first for a resumed session, empty without one.
    public var clientChain: [CertificateDetails]

    /// How a server gets its certificate.
    public enum Origin: String, Sendable {
        /// The local authority makes it.
        case auto
        /// A file that the configuration names.
        case file
        /// A credential of the service manager, see systemd.exec(5).
        case credential
        /// It was made with a fault, for a listener that has one on purpose.
        case fault
    }

    /// What the kernel has to do with what is sent.
    public enum KernelTLS: String, Sendable {
        /// Nothing: the configuration says `ktls = off`.
        case off
        /// Nothing: it has no TLS.
        case absent
        /// Nothing: it hasn't got the cipher, or the client wanted new keys, which it can't change.
        case unsuitable
        /// Nothing yet: it will encrypt from the first large file on, over HTTP/1.1.
        case ready
        /// It encrypts.
        case sending
    }

    /// Makes a handshake of its parts.
    public init(
        offer: ClientOffer?, signatureScheme: String?, refusedEarlyData: Bool = false,
        kernelTLS: KernelTLS = .off, serverChain: [CertificateDetails] = [], origin: Origin? = nil,
        clientChain: [CertificateDetails] = []
    ) {
        self.offer = offer
        self.signatureScheme = signatureScheme
        self.refusedEarlyData = refusedEarlyData
        self.kernelTLS = kernelTLS
        self.serverChain = serverChain
        self.origin = origin
        self.clientChain = clientChain
    }
}

/// What a client offers in its ClientHello (RFC 8446 §4.1.2), each list in the client's order.
///
/// Names are IANA's; a number without one is `0x` and four hexadecimal digits, with `GREASE` in front if it is one of
/// RFC 8701.
public struct ClientOffer: Sendable, Hashable {
    /// `TLS 1.3`; what old clients say outside of the extension supported_versions.
    public var versions: [String]
    /// `TLS_AES_128_GCM_SHA256`.
    public var cipherSuites: [String]
    /// `x25519`.
    public var groups: [String]
    /// `ecdsa_secp256r1_sha256`.
    public var signatureSchemes: [String]
    /// `h2`.
    public var applicationProtocols: [String]
    /// `server_name`.
    public var extensions: [String]
    /// The fingerprint JA3, 32 hexadecimal digits; nil where OpenSSL has no MD5.
    public var ja3: String?
    /// What JA3 is the digest of.
    public var ja3Text: String
    /// The fingerprint JA4, `t13d1516h2_8daaf6152771_e5627efa2ab1`.
    public var ja4: String
    /// JA4 with its lists in place of their digests.
    public var ja4Text: String

    /// Makes an offer of its parts.
    public init(
        versions: [String], cipherSuites: [String], groups: [String], signatureSchemes: [String],
        applicationProtocols: [String], extensions: [String], ja3: String?, ja3Text: String, ja4: String,
        ja4Text: String
    ) {
        self.versions = versions
        self.cipherSuites = cipherSuites
        self.groups = groups
        self.signatureSchemes = signatureSchemes
        self.applicationProtocols = applicationProtocols
        self.extensions = extensions
        self.ja3 = ja3
        self.ja3Text = ja3Text
        self.ja4 = ja4
        self.ja4Text = ja4Text
    }
}
