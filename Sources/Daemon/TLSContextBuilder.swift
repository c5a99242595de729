// From the [tls] sections to a TLSContext: names, rules for clients, algorithms, ticket keys, the key log.

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

    private var section: Section { sections[0] }

    /// The context; nil after an error, or without one when there is nothing to load for `portico check`.
    func build(
        _ identities: IdentityLoader.Identities?, into diagnostics: inout [Diagnostic]
    ) -> TLSContext? {
        checkNames(into: &diagnostics)
        checkVersions(into: &diagnostics)
        checkAlgorithms(into: &diagnostics)
        let verifications = sections.map { verification($0, into: &diagnostics) }
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
                own, verification: verification, minimumVersion: minimum(of: section).version)
        }
        setAlgorithms(&configuration)
        configuration.alpn = alpn
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
    private func names(_ key: Key<[String]>) -> [String] {
        section[key].flatMap { $0.split(separator: ":").map(String.init) }
    }

    private func minimum(of section: Section) -> TLSKeys.Version {
        section.optional(TLSKeys.minimum) ?? self.section[TLSKeys.minimum]
    }
}

extension TLSContextBuilder {
    private func checkNames(into diagnostics: inout [Diagnostic]) {
        var seen: [String: Section] = [:]
        for section in sections {
            guard let name = section.argument else { continue }
            if !isServerName(name) {
                diagnostics.append(
                    .error(at: section.location, "'\(name)' is no server name: a DNS name, or *. and one"))
            }
            if let first = seen.updateValue(section, forKey: name.lowercased()) {
                diagnostics.append(
                    .error(
                        at: section.location,
                        "\(section.header) is the same name as \(first.header) at \(first.location)"))
            }
        }
    }

    private func checkVersions(into diagnostics: inout [Diagnostic]) {
        for section in sections where minimum(of: section).version > self.section[TLSKeys.maximum].version {
            let isHere = section.optional(TLSKeys.minimum) != nil && section.isSet(TLSKeys.minimum)
            diagnostics.append(
                .error(
                    at: isHere
                        ? section.location(of: TLSKeys.minimum) : self.section.location(of: TLSKeys.maximum),
                    "minimum \(minimum(of: section).rawValue) is above maximum "
                        + self.section[TLSKeys.maximum].rawValue))
        }
    }

    private func checkAlgorithms(into diagnostics: inout [Diagnostic]) {
        let lists: [(Key<[String]>, TLSAlgorithm)] = [
            (TLSKeys.ciphers, .cipher), (TLSKeys.cipherSuites, .cipherSuite), (TLSKeys.groups, .group),
        ]
        for (key, kind) in lists where section.isSet(key) {
            for name in names(key) {
                do throws(TLSFailure) {
                    guard let problem = try kind.problem(with: name) else { continue }
                    diagnostics.append(
                        .error(at: section.location(of: key), "\(key.name): '\(name)' \(problem)"))
                } catch {
                    diagnostics.append(.error(at: section.location(of: key), "\(key.name): \(error)"))
                }
            }
        }
    }

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

    /// The rules of a section for clients' certificates; what it doesn't say, `[tls]` does.
    private func verification(
        _ section: Section, into diagnostics: inout [Diagnostic]
    ) -> ClientVerification? {
        let demand: ClientVerification.Demand
        switch inherited(TLSKeys.client, section) ?? .none {
        case .none: return nil
        case .optional: demand = .optional
        case .required: demand = .required
        }
        guard let authority = inherited(TLSKeys.clientAuthority, section) else {
            diagnostics.append(
                .error(
                    at: section.location(of: TLSKeys.client),
                    "client = \(demand) needs client_ca: whom shall the certificates come from?"))
            return nil
        }
        let owner = section.isSet(TLSKeys.clientAuthority) ? section : self.section
        let revocations = inherited(TLSKeys.clientRevocations, section)
        let list = revocations.flatMap {
            loader.file($0, at: section.location(of: TLSKeys.clientRevocations), into: &diagnostics)
        }
        guard
            let file = loader.file(
                authority, at: owner.location(of: TLSKeys.clientAuthority), into: &diagnostics),
            (list == nil) == (revocations == nil)
        else { return nil }
        do throws(TLSFailure) {
            let rules = try ClientVerification(
                demand, authorities: file, revocations: list,
                depth: inherited(TLSKeys.clientDepth, section) ?? 0)
            loader.report(rules.warnings, at: section.location, into: &diagnostics)
            return rules
        } catch {
            let key = error.file == list ? TLSKeys.clientRevocations : TLSKeys.clientAuthority
            diagnostics.append(
                .error(at: section.isSet(key) ? section.location(of: key) : section.location, "\(error)"))
            return nil
        }
    }

    private func inherited<Value>(_ key: Key<Value>, _ section: Section) -> Value? {
        section.optional(key) ?? self.section.optional(key)
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
        return loader.makesCertificates ? try KeyLog(appendingTo: path) : nil
    }
}

extension TLSKeys.Version {
    fileprivate var version: TLSVersion {
        switch self {
        case .tls12: .tls12
        case .tls13: .tls13
        }
    }
}
