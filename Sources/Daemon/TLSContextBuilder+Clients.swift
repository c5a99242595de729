// The rules for clients' certificates, of [tls] and of those names that have their own.

import Configuration
import Server
import SystemPackage
import TLS

extension TLSContextBuilder {
    /// The rules of each section, in their order; nil for those that ask for no certificate.
    func verifications(into diagnostics: inout [Diagnostic]) -> [ClientVerification?] {
        let general = verification(of: section, into: &diagnostics)
        return sections.map { section in
            guard section.argument != nil, hasOwnRules(section) else { return general }
            return verification(of: section, into: &diagnostics)
        }
    }

    private func hasOwnRules(_ section: Section) -> Bool {
        section.isSet(TLSKeys.client) || section.isSet(TLSKeys.clientAuthority)
            || section.isSet(TLSKeys.clientRevocations) || section.isSet(TLSKeys.clientDepth)
    }

    private func verification(
        of section: Section, into diagnostics: inout [Diagnostic]
    ) -> ClientVerification? {
        guard let demand = demand(of: section) else { return nil }
        // Revocation lists belong to their authorities.
        let source = section.isSet(TLSKeys.clientAuthority) ? section : self.section
        let lists = section.isSet(TLSKeys.clientRevocations) ? section : source
        guard source.optional(TLSKeys.clientAuthority) != nil else {
            diagnostics.append(
                .error(
                    at: section.location(of: TLSKeys.client),
                    "client = \(demand) needs client_ca: whom shall the certificates come from?"))
            return nil
        }
        guard let authorities = file(TLSKeys.clientAuthority, of: source, into: &diagnostics) else {
            return nil
        }
        let revocations = file(TLSKeys.clientRevocations, of: lists, into: &diagnostics)
        guard revocations != nil || lists.optional(TLSKeys.clientRevocations) == nil else { return nil }
        do throws(TLSFailure) {
            let rules = try ClientVerification(
                demand, authorities: authorities, revocations: revocations,
                depth: section.optional(TLSKeys.clientDepth) ?? self.section[TLSKeys.clientDepth])
            loader.report(rules.warnings, at: section.location, into: &diagnostics)
            return rules
        } catch {
            let isList = error.file == revocations && revocations != authorities
            let location =
                isList
                ? lists.location(of: TLSKeys.clientRevocations) : source.location(of: TLSKeys.clientAuthority)
            diagnostics.append(.error(at: location, "\(error)"))
            return nil
        }
    }

    private func demand(of section: Section) -> ClientVerification.Demand? {
        switch section.optional(TLSKeys.client) ?? self.section[TLSKeys.client] {
        case TLSKeys.Client.none: nil
        case .optional: .optional
        case .required: .required
        }
    }

    private func file(
        _ key: Key<TLSKeys.Source>, of section: Section, into diagnostics: inout [Diagnostic]
    ) -> FilePath? {
        section.optional(key).flatMap { loader.file($0, at: section.location(of: key), into: &diagnostics) }
    }
}
