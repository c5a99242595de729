// From the [tls] sections to a TLSContext: names, algorithms, ticket keys, the key log.

import Configuration
import Server
import Supervision
import SystemPackage
import TLS

/// Builds the TLS side of a configuration, whose certificates are loaded already.
struct TLSContextBuilder {
    let sections: [Section]
    let loader: IdentityLoader
    /// Those that rotate, for a configuration without files of keys.
    let ticketKeys: TicketKeys
    let alpn: [String]
    /// Whether what is said in handshakes is kept for handlers.
    var keepsRecords = false
    /// What listeners do wrong on purpose.
    var faults: Set<TLSFault> = []
    /// Told of a name that a client asked for and the local authority may not sign for.
    var onRefusal: @Sendable (String) -> Void = { _ in }

    /// `[tls]` itself.
    var section: Section { sections[0] }

    /// The context; nil after an error, or without one when there is nothing to load for `portico check`.
    func build(
        _ identities: IdentityLoader.Identities?, into diagnostics: inout [Diagnostic]
    ) -> TLSContext? {
        checkNames(into: &diagnostics)
        checkVersions(into: &diagnostics)
        checkAlgorithms(into: &diagnostics)
        let verifications = verifications(into: &diagnostics)
        let keys = sharedTicketKeys(into: &diagnostics) ?? ticketKeys
        guard let identities, !diagnostics.hasErrors else { return nil }
        var configuration = TLSContextConfiguration(defaultIdentity: identities.default[0], ticketKeys: keys)
        for (section, verification) in zip(sections, verifications) {
            guard let name = section.argument else {
                configuration.default = ServerNameConfiguration(
                    identities.default, verification: verification)
                continue
            }
            guard let own = identities.named[name] else { continue }
            configuration.named[name] = ServerNameConfiguration(
                own, verification: verification, minimumVersion: section.optional(TLSKeys.minimum)?.version)
        }
        setAlgorithms(&configuration)
        configuration.leaves = identities.authority.map { LeafCertificates(of: $0, onRefusal: onRefusal) }
        configuration.authority = identities.authority
        configuration.faults = faults
        configuration.alpn = alpn
        configuration.keepsRecords = keepsRecords
        configuration.kernelTLS = section[TLSKeys.kernelTLS] == .auto ? .ofKernel : .off
        checkFaults(identities, into: &diagnostics)
        do throws(TLSFailure) {
            configuration.keyLog = try keyLog(into: &diagnostics)
            return try TLSContext(configuration)
        } catch {
            diagnostics.append(.error(at: section.location, "\(error)"))
            return nil
        }
    }

    private func setAlgorithms(_ configuration: inout TLSContextConfiguration) {
        configuration.minimumVersion = section[TLSKeys.minimum].version
        configuration.maximumVersion = section[TLSKeys.maximum].version
        configuration.ciphers = names(TLSKeys.ciphers)
        configuration.cipherSuites = names(TLSKeys.cipherSuites)
        configuration.groups = names(TLSKeys.groups)
    }

    /// The elements of a list; those that other programs write with colons between them, too.
    func names(_ key: Key<[String]>) -> [String] {
        section[key].flatMap { $0.split(separator: ":").map(String.init) }
    }

    func minimum(of section: Section) -> TLSKeys.Version {
        section.optional(TLSKeys.minimum) ?? self.section[TLSKeys.minimum]
    }
}

extension TLSContextBuilder {
    private func sharedTicketKeys(into diagnostics: inout [Diagnostic]) -> TicketKeys? {
        let sources = section[TLSKeys.ticketKeys]
        guard !sources.isEmpty else { return nil }
        let location = section.location(of: TLSKeys.ticketKeys)
        let files = sources.compactMap { loader.file($0, at: location, into: &diagnostics) }
        guard files.count == sources.count else { return nil }
        do throws(TLSFailure) {
            let keys = try TicketKeys(files: files)
            loader.report(keys.warnings, at: location, into: &diagnostics)
            return keys
        } catch {
            diagnostics.append(.error(at: location, "\(error)"))
            return nil
        }
    }

    /// Where secrets are written to, with a warning that they are; `portico check` makes no file.
    private func keyLog(into diagnostics: inout [Diagnostic]) throws(TLSFailure) -> KeyLog? {
        let path =
            section.optional(TLSKeys.keyLog)
            ?? EnvironmentVariable.value(of: "SSLKEYLOGFILE").flatMap { $0.isEmpty ? nil : FilePath($0) }
        guard let path else { return nil }
        diagnostics.append(
            .warning(
                at: section.location(of: TLSKeys.keyLog),
                "keylog: TLS secrets go to \(path): whoever reads it can decrypt every connection"))
        return loader.mayWrite ? try KeyLog(appendingTo: path) : nil
    }
}

extension TLSKeys.Version {
    var version: TLSVersion {
        switch self {
        case .tls12: .tls12
        case .tls13: .tls13
        }
    }
}
