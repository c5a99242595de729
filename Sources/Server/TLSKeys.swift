// The table of [tls] and [tls NAME].

import Configuration
import SystemPackage
import TLS

/// The keys of the `[tls]` and `[tls NAME]` sections.
package enum TLSKeys {
    package typealias Source = FileSource

    package static let certificate = Key<[Source]>(
        "certificate", .list(.identitySource), default: "auto",
        "The certificate with its chain: auto, a PEM file, or credential:NAME; of several key algorithms, one each."
    )
    package static let key = Key<[Source]>(
        "key", .list(.identitySource), default: "auto",
        "The private key of each certificate, in the same order: auto, a PEM file, or credential:NAME.")
    package static let passphrase = Key<Source>.optional(
        "passphrase", .fileSource,
        "The file whose first line opens private keys that are encrypted, or credential:NAME.")
    package static let minimum = Key<Version>(
        "minimum", .choice(), default: "1.2", "The oldest version of TLS that is spoken.")
    package static let maximum = Key<Version>(
        "maximum", .choice(), default: "1.3", "The newest version of TLS that is spoken.")
    package static let authorityNames = Key<[PermittedSubtree]>(
        "authority_names", .list(.permittedSubtree), default: "",
        "Domains and networks that a new local authority may sign for beside local ones: example.dev 203.0.113.0/24."
    )
    package static let authorityDownload = Key<AuthorityDownload>(
        "authority_download", .choice(), default: "loopback",
        "Which listeners serve the local authority's certificate at /.well-known/portico/ca.pem.")

    /// The listeners that serve the authority's certificate.
    package enum AuthorityDownload: String, CaseIterable, Sendable {
        case loopback, all, none
    }

    package static let client = Key<Client>(
        "client", .choice(), default: "none",
        "Whether clients are asked for a certificate, and whether they may do without.")
    package static let clientAuthority = Key<Source>.optional(
        "client_ca", .fileSource,
        "The authorities that clients' certificates have to come from: a PEM file, or credential:NAME.")
    package static let clientRevocations = Key<Source>.optional(
        "client_crl", .fileSource,
        "Revocation lists, one of each authority of a client's chain: a PEM file, or credential:NAME.")
    package static let clientDepth = Key<Int>(
        "client_depth", .integer, default: "10", bounds: 0...100,
        "The most authorities between a client's certificate and a trusted one.")

    package static let ciphers = Key<[String]>(
        "ciphers", .list(.word, minimum: 1),
        default: TLSContextConfiguration.defaultCiphers.joined(separator: " "),
        "The ciphers of TLS 1.2, best first, as openssl-ciphers(1) names them.")
    package static let cipherSuites = Key<[String]>(
        "ciphersuites", .list(.word, minimum: 1),
        default: TLSContextConfiguration.defaultCipherSuites.joined(separator: " "),
        "The cipher suites of TLS 1.3, best first.")
    package static let groups = Key<[String]>(
        "groups", .list(.word, minimum: 1),
        default: TLSContextConfiguration.defaultGroups.joined(separator: " "),
        "The groups of the key exchange, best first.")
    package static let ticketKeys = Key<[Source]>(
        "ticket_keys", .list(.fileSource), default: "",
        "Session ticket keys that several machines share, 80 or 48 bytes a file; the first seals, all open.")
    package static let keyLog = Key<FilePath>.optional(
        "keylog", .path,
        "The file that TLS secrets are written to, for Wireshark; else $SSLKEYLOGFILE, if it is set.")
    package static let kernelTLS = Key<KernelTLS>(
        "ktls", .choice(), default: "auto",
        "Whether large files are encrypted by the kernel (kTLS): auto where it can, off.")
    package static let watch = Key<Bool>(
        "watch", .yesNo, default: "no",
        "Whether certificates and keys are loaded anew when their files change.")

    /// Whether large files are encrypted by the kernel.
    package enum KernelTLS: String, CaseIterable, Sendable {
        case auto, off
    }

    /// The versions of TLS that can be a bound.
    package enum Version: String, CaseIterable, Sendable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// Whether clients are asked for a certificate.
    package enum Client: String, CaseIterable, Sendable {
        case none, optional, required
    }

    /// The section of the default certificate and of everything that isn't by name.
    package static let schema = SectionSchema(
        "tls", argument: .optional("NAME"),
        "The certificate; with a NAME the one for that server name.",
        keys: [
            AnyKey(certificate), AnyKey(key), AnyKey(passphrase), AnyKey(minimum), AnyKey(maximum),
            AnyKey(client), AnyKey(clientAuthority), AnyKey(clientRevocations), AnyKey(clientDepth),
            AnyKey(ciphers), AnyKey(cipherSuites), AnyKey(groups), AnyKey(ticketKeys), AnyKey(keyLog),
            AnyKey(kernelTLS), AnyKey(watch), AnyKey(authorityNames), AnyKey(authorityDownload),
        ])
    /// What a section for a server name may have; what it doesn't set of these without default is as in `[tls]`.
    package static let namedKeys = [
        AnyKey(certificate), AnyKey(key), AnyKey(passphrase), inherited(minimum), inherited(client),
        inherited(clientAuthority), inherited(clientRevocations), inherited(clientDepth),
    ]

    private static func inherited<Value>(_ key: Key<Value>) -> AnyKey {
        AnyKey(Key<Value>.optional(key.name, key.type, key.summary))
    }
}

extension ValueType where Value == PermittedSubtree {
    /// A domain, an address or a network.
    static var permittedSubtree: ValueType {
        ValueType(name: "domain or network", format: \.description) { (text, _) throws(ValueProblem) in
            guard let subtree = PermittedSubtree(text) else {
                throw ValueProblem(
                    "'\(text)' is neither a domain nor an address or network (192.0.2.0/24, no bits behind the "
                        + "prefix)"
                )
            }
            return subtree
        }
    }
}
