// Owns the settings of a server's TLS; the defaults are what testssl.sh grades A.

/// A protocol version that Portico speaks.
package struct TLSVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number on the wire, 0x0303 or 0x0304; OpenSSL uses the same.
    package let wireValue: UInt16

    /// TLS 1.0, RFC 2246: only as a fault.
    static let tls10 = TLSVersion(wireValue: 0x0301)
    /// TLS 1.2, RFC 5246.
    package static let tls12 = TLSVersion(wireValue: 0x0303)
    /// TLS 1.3, RFC 8446.
    package static let tls13 = TLSVersion(wireValue: 0x0304)

    /// Reads "1.2" or "1.3".
    package init?(_ text: String) {
        switch text {
        case "1.2": self = .tls12
        case "1.3": self = .tls13
        default: return nil
        }
    }

    private init(wireValue: UInt16) { self.wireValue = wireValue }

    package var description: String { "1.\(wireValue - 0x0301)" }

    package static func < (left: TLSVersion, right: TLSVersion) -> Bool { left.wireValue < right.wireValue }
}

/// What a `TLSContext` is made of.
package struct TLSContextConfiguration: Sendable {
    /// For clients that send no server name, or one that nobody has.
    package var `default`: ServerNameConfiguration
    /// By server name: exact ("wiki.localhost") before a wildcard of one label ("*.localhost"); case does not count.
    package var named: [String: ServerNameConfiguration] = [:]
    /// Where the local authority's default leaf is shown, clients get the leaf for the name that they ask for.
    package var leaves: LeafCertificates?
    /// The faults that some listeners have; each takes a context of its own, but for one that replaces the handshake.
    package var faults: Set<TLSFault> = []
    /// Whose certificates have the faults; nil for an authority that nobody knows.
    package var authority: CertificateAuthority?
    /// Seals and opens session tickets; hand the same object to the context of the next reload.
    package var ticketKeys: TicketKeys
    /// Where the secrets of all sessions go, for Wireshark; nil for nowhere.
    package var keyLog: KeyLog?
    package var minimumVersion = TLSVersion.tls12
    package var maximumVersion = TLSVersion.tls13
    package var ciphers = defaultCiphers
    package var cipherSuites = defaultCipherSuites
    /// How weak keys and algorithms may be, SSL_CTX_set_security_level(3); nil for what the system says.
    var securityLevel: CInt?
    package var groups = defaultGroups
    /// Application protocols by preference (RFC 7301). If it is empty the extension is ignored; otherwise a client
    /// that offers protocols and none of these gets the fatal alert no_application_protocol, as §3.2 says.
    package var alpn = ["http/1.1"]
    /// Binds sessions to their purpose, 1 to 32 bytes; contexts that share ticket keys share it too.
    package var sessionIDContext = "portico"
    /// New tickets after a full TLS 1.3 handshake. A resumption brings another, so one keeps a client going, and
    /// each costs the server a send and 8 % of the handshake (202, 229, 247 µs with none, one, two).
    package var ticketsPerHandshake = 1

    /// Whether what is said in handshakes is kept for `TLSSession.record`: some 250 bytes of each connection.
    package var keepsRecords = false
    /// Whether the kernel may encrypt the files that are sent.
    package var kernelTLS = KernelTLSSupport.off

    package init(defaultIdentity: Identity, ticketKeys: TicketKeys) {
        self.default = ServerNameConfiguration([defaultIdentity])
        self.ticketKeys = ticketKeys
    }
}

extension TLSContextConfiguration {
    /// OpenSSL's cipher list for TLS 1.2: forward secrecy and AEAD only, AES-128 first as it costs the least.
    package static let defaultCiphers = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ]
    /// Cipher suites of TLS 1.3, best first.
    package static let defaultCipherSuites = [
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    ]
    /// Key exchange groups, best first.
    package static let defaultGroups = ["X25519", "P-256", "P-384"]
}
