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
        let names = sections.filter { $0[TLSKeys.certificate] == .auto }.compactMap(\.argument)
        let needsAuthority = sections.contains { $0[TLSKeys.certificate] == .auto }
        let authority = needsAuthority ? authority(names, for: sections, into: &diagnostics) : nil
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
        _ names: [String], for sections: [Section], into diagnostics: inout [Diagnostic]
    ) -> CertificateAuthority? {
        let location = sections.first { $0[TLSKeys.certificate] == .auto }?.location(of: TLSKeys.certificate)
        guard makesCertificates || hasAuthority else { return nil }
        do throws(TLSFailure) {
            let authority = try CertificateAuthority(directory: stateFolder, names: names)
            report(authority.warnings, at: location, into: &diagnostics)
            return authority
        } catch {
            diagnostics.append(.error(at: location ?? SourceLocation(file: stateFolder.string), "\(error)"))
            return nil
        }
    }

    private var hasAuthority: Bool {
        do {
            _ = try stateFolder.appending("ca.pem").stat()
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
