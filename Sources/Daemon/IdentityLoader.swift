// Certificates: from the files and credentials that the configuration names, or from the local authority.

import Configuration
import Server
import Supervision
import SystemPackage
import TLS

/// Loads what the `[tls]` sections name.
struct IdentityLoader {
    let environment: ServiceEnvironment
    let stateFolder: FilePath
    /// Whether missing certificates are made; `portico check` only reads.
    var makesCertificates: Bool

    /// All identities of a configuration.
    struct Identities {
        let `default`: Identity
        let named: [String: Identity]
        /// nil when every certificate was given.
        let authority: CertificateAuthority?

        /// Those whose end is near but not past, which has a warning of its own, each once.
        func expiring(within seconds: Int64, at now: Int64) -> [CertificateFacts] {
            let all = Set(([`default`] + named.values).map(\.facts))
            return all.filter { (now...now + seconds).contains($0.notAfter) }.sorted {
                $0.notAfter < $1.notAfter
            }
        }
    }

    /// Loads all identities; nil after an error, or when there is nothing to load without making it.
    func load(_ sections: [Section], into diagnostics: inout [Diagnostic]) -> Identities? {
        let authority = authority(for: sections.filter(\.isAutomatic), sections, into: &diagnostics)
        var `default`: Identity?
        var named: [String: Identity] = [:]
        for section in sections {
            guard let identity = identity(section, authority, into: &diagnostics) else { continue }
            if let name = section.argument { named[name] = identity } else { `default` = identity }
        }
        guard let `default` else { return nil }
        return Identities(default: `default`, named: named, authority: authority)
    }

    private func authority(
        for automatic: [Section], _ sections: [Section], into diagnostics: inout [Diagnostic]
    ) -> CertificateAuthority? {
        guard let first = automatic.first, makesCertificates || hasAuthority else { return nil }
        let location = first.location(of: TLSKeys.certificate)
        do throws(TLSFailure) {
            let permitting = sections.first { $0.argument == nil }?.optional(TLSKeys.authorityNames) ?? []
            let constraints = try CertificateAuthority.constraints(in: stateFolder, permitting: permitting)
            guard checkNames(of: automatic, constraints, into: &diagnostics) else { return nil }
            let authority = try CertificateAuthority(
                directory: stateFolder, permitting: permitting, isReadOnly: !makesCertificates)
            report(authority.warnings, at: location, into: &diagnostics)
            return authority
        } catch {
            diagnostics.append(.error(at: location, "\(error)"))
            return nil
        }
    }

    /// Reports each section that asks for a certificate which clients would refuse.
    private func checkNames(
        of automatic: [Section], _ constraints: NameConstraints, into diagnostics: inout [Diagnostic]
    ) -> Bool {
        let others = automatic.filter { section in
            section.argument.map { !constraints.permits($0.lowercased()) } ?? false
        }
        for section in others {
            diagnostics.append(
                .error(
                    at: section.location,
                    "the local authority may not sign for '\(section.argument ?? "")': give certificate and key, or "
                        + "have a new authority with it in authority_names"))
        }
        return others.isEmpty
    }

    private var hasAuthority: Bool {
        do {
            _ = try stateFolder.appending(AuthorityCertificate.fileName).stat()
            return true
        } catch {
            // It will be made at the start, which tells of what is wrong with the folder.
            return false
        }
    }

    private func identity(
        _ section: Section, _ authority: CertificateAuthority?, into diagnostics: inout [Diagnostic]
    ) -> Identity? {
        switch (section[TLSKeys.certificate], section[TLSKeys.key]) {
        case (.auto, .auto):
            return authority?.identity
        case (.auto, _), (_, .auto):
            diagnostics.append(
                .error(
                    at: section.location(of: TLSKeys.key),
                    "certificate and key are either both auto or both given"))
            return nil
        case (let certificate, let key):
            return given(certificate, key, section, into: &diagnostics)
        }
    }

    private func given(
        _ certificate: TLSKeys.Source, _ key: TLSKeys.Source, _ section: Section,
        into diagnostics: inout [Diagnostic]
    ) -> Identity? {
        guard
            let certificateFile = file(
                certificate, at: section.location(of: TLSKeys.certificate), into: &diagnostics),
            let keyFile = file(key, at: section.location(of: TLSKeys.key), into: &diagnostics)
        else { return nil }
        do throws(TLSFailure) {
            let identity = try Identity(certificateFile: certificateFile, keyFile: keyFile)
            if case .credential = certificate { identity.mark(.credential) } else { identity.mark(.file) }
            report(identity.warnings, at: section.location(of: TLSKeys.certificate), into: &diagnostics)
            return identity
        } catch {
            let isKey = error.file == keyFile && keyFile != certificateFile
            let location =
                isKey ? section.location(of: TLSKeys.key) : section.location(of: TLSKeys.certificate)
            diagnostics.append(.error(at: location, "\(error)"))
            return nil
        }
    }

    private func file(
        _ source: TLSKeys.Source, at location: SourceLocation, into diagnostics: inout [Diagnostic]
    ) -> FilePath? {
        switch source {
        case .auto: return nil
        case .file(let path): return path
        case .credential(let name):
            do throws(SupervisionError) {
                return try environment.credential(named: name)
            } catch {
                diagnostics.append(.error(at: location, "\(error)"))
                return nil
            }
        }
    }

    private func report(
        _ warnings: [String], at location: SourceLocation?, into diagnostics: inout [Diagnostic]
    ) {
        diagnostics += warnings.map { .warning(at: location ?? SourceLocation(file: stateFolder.string), $0) }
    }
}

extension Section {
    /// Whether the local authority makes its certificate.
    fileprivate var isAutomatic: Bool { self[TLSKeys.certificate] == .auto && self[TLSKeys.key] == .auto }
}
