// The table of [tls] and [tls NAME].

import Configuration
import SystemPackage
import TLS

/// The keys of the `[tls]` and `[tls NAME]` sections.
package enum TLSKeys {
    /// Where a certificate or a key comes from.
    package enum Source: Sendable, Hashable {
        /// The local authority makes it.
        case auto
        /// A PEM file.
        case file(FilePath)
        /// A credential of the service manager, see systemd.exec(5) on `LoadCredential=`.
        case credential(String)
    }

    package static let certificate = Key<Source>(
        "certificate", .identitySource, default: "auto",
        "The certificate with its chain: auto, a PEM file, or credential:NAME.")
    package static let key = Key<Source>(
        "key", .identitySource, default: "auto",
        "The certificate's private key: auto, a PEM file, or credential:NAME.")
    package static let minimum = Key<Version>(
        "minimum", .choice(), default: "1.2", "The oldest version of TLS that is spoken.")
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

    /// The versions of TLS that can be a minimum.
    package enum Version: String, CaseIterable, Sendable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// The section of the default certificate and of everything that isn't by name.
    package static let schema = SectionSchema(
        "tls", argument: .optional("NAME"),
        "The certificate; with a NAME the one for that server name.",
        keys: [
            AnyKey(certificate), AnyKey(key), AnyKey(minimum), AnyKey(authorityNames),
            AnyKey(authorityDownload),
        ])
    /// What a section for a server name may have.
    package static let namedKeys = [AnyKey(certificate), AnyKey(key)]
}

extension ValueType where Value == TLSKeys.Source {
    /// `auto`, a path, or `credential:NAME`.
    static var identitySource: ValueType {
        ValueType(name: "auto, path or credential:NAME") { (text, context) throws(ValueProblem) in
            if text == "auto" { return .auto }
            guard text.hasPrefix("credential:") else { return .file(context.folder.pushing(FilePath(text))) }
            let name = String(text.dropFirst(11))
            guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else {
                throw ValueProblem("'\(text)' is not the name of a credential", offset: 11)
            }
            return .credential(name)
        }
    }
}

extension ValueType where Value == PermittedSubtree {
    /// A domain, an address or a network.
    static var permittedSubtree: ValueType {
        ValueType(name: "domain or network", format: \.description) { (text, _) throws(ValueProblem) in
            guard let subtree = PermittedSubtree(text) else {
                throw ValueProblem("'\(text)' is neither a domain nor an address or network (192.0.2.0/24)")
            }
            return subtree
        }
    }
}
