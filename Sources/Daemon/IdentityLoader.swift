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
    /// Whether files are written: certificates that are missing, the key log. `portico check` only reads, as does who
    /// builds a configuration that will not come into force.
    var mayWrite: Bool

    /// Where the local authority is from.
    var authoritySource = AuthoritySource.stateFolder

    enum AuthoritySource {
        /// The state folder, where it is made if it is missing.
        case stateFolder
        /// The one in force: its certificate is shown by handlers, which stay.
        case inForce(CertificateAuthority?)
    }

    /// How bad a certificate out of its time is, for `portico check`; nil for a daemon, which serves with it and tells of
    /// it by itself.
    var outOfTime: Diagnostic.Severity?

    /// All identities of a configuration: for each server name one, or one for each of several key algorithms.
    struct Identities {
        let `default`: [Identity]
        /// By the name of the section.
        let named: [String: [Identity]]
        /// nil when every certificate was given.
        let authority: CertificateAuthority?

        /// When those that were given end; the local authority renews its own in time.
        var expiry: CertificateExpiry {
            let all = `default` + named.values.joined()
            return CertificateExpiry(of: all.filter { $0 !== authority?.identity })
        }
    }

    /// Loads all identities; nil after an error, or when there is nothing to load without making it.
    func load(_ sections: [Section], into diagnostics: inout [Diagnostic]) -> Identities? {
        let automatic = sections.filter { certificateSource(of: $0) == .authority }
        let authority = authority(for: automatic, sections, into: &diagnostics)
        var `default`: [Identity] = []
        var named: [String: [Identity]] = [:]
        for section in sections {
            let identities = identities(section, authority, into: &diagnostics)
            guard !identities.isEmpty else { continue }
            if let name = section.argument { named[name] = identities } else { `default` = identities }
        }
        guard !`default`.isEmpty else { return nil }
        return Identities(default: `default`, named: named, authority: authority)
    }

    private func authority(
        for automatic: [Section], _ sections: [Section], into diagnostics: inout [Diagnostic]
    ) -> CertificateAuthority? {
        guard let first = automatic.first else { return nil }
        let location = first.location(of: TLSKeys.certificate)
        if case .inForce(let authority) = authoritySource {
            if authority == nil {
                diagnostics.append(
                    .error(at: location, "the local authority comes with a reload of all (SIGHUP)"))
            }
            return authority
        }
        // A folder that can't be looked at is told of at the start.
        guard mayWrite || stateFolder.appending(AuthorityCertificate.fileName).exists else {
            return nil
        }
        do throws(TLSFailure) {
            let permitting = sections.first { $0.argument == nil }?.optional(TLSKeys.authorityNames) ?? []
            let constraints = try CertificateAuthority.constraints(in: stateFolder, permitting: permitting)
            guard checkNames(of: automatic, constraints, into: &diagnostics) else { return nil }
            let authority = try CertificateAuthority(
                directory: stateFolder, permitting: permitting, isReadOnly: !mayWrite)
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

    private func identities(
        _ section: Section, _ authority: CertificateAuthority?, into diagnostics: inout [Diagnostic]
    ) -> [Identity] {
        switch certificateSource(of: section) {
        case .authority: return authority.map { [$0.identity] } ?? []
        case .given(let pairs): return given(pairs, section, into: &diagnostics)
        case .contradiction(let message):
            diagnostics.append(.error(at: section.location(of: TLSKeys.key), message))
            return []
        }
    }

    private func given(
        _ pairs: [CertificatePair], _ section: Section, into diagnostics: inout [Diagnostic]
    ) -> [Identity] {
        let passphrase: Passphrase?
        do throws(TLSFailure) {
            passphrase = try section.optional(TLSKeys.passphrase).flatMap { (source) throws(TLSFailure) in
                guard
                    let path = file(source, at: section.location(of: TLSKeys.passphrase), into: &diagnostics)
                else { return nil }
                return try Passphrase(file: path)
            }
            report(
                passphrase?.warnings ?? [], at: section.location(of: TLSKeys.passphrase), into: &diagnostics)
        } catch {
            diagnostics.append(.error(at: section.location(of: TLSKeys.passphrase), "\(error)"))
            return []
        }
        let identities = pairs.compactMap { identity($0, passphrase, section, into: &diagnostics) }
        reportRepeatedAlgorithms(identities, section, into: &diagnostics)
        return identities.count == pairs.count ? identities : []
    }

    private func identity(
        _ pair: CertificatePair, _ passphrase: Passphrase?, _ section: Section,
        into diagnostics: inout [Diagnostic]
    ) -> Identity? {
        let location = section.location(of: TLSKeys.certificate)
        guard let certificateFile = file(pair.certificate, at: location, into: &diagnostics),
            let keyFile = file(pair.key, at: section.location(of: TLSKeys.key), into: &diagnostics)
        else { return nil }
        do throws(TLSFailure) {
            let identity = try Identity(
                certificateFile: certificateFile, keyFile: keyFile, passphrase: passphrase)
            if case .credential = pair.certificate {
                identity.mark(.credential)
            } else {
                identity.mark(.file)
            }
            report(identity.warnings, at: location, into: &diagnostics)
            if let outOfTime {
                diagnostics += CertificateExpiry(of: [identity]).outOfTime(at: systemTime()).map {
                    Diagnostic(outOfTime, at: location, "\($0)")
                }
            }
            return identity
        } catch {
            let isKey = error.file == keyFile && keyFile != certificateFile
            diagnostics.append(.error(at: isKey ? section.location(of: TLSKeys.key) : location, "\(error)"))
            return nil
        }
    }

    /// OpenSSL keeps one certificate of each algorithm: a second one would hide the first.
    private func reportRepeatedAlgorithms(
        _ identities: [Identity], _ section: Section, into diagnostics: inout [Diagnostic]
    ) {
        var seen: Set<String> = []
        for identity in identities where !seen.insert(identity.keyAlgorithm).inserted {
            diagnostics.append(
                .error(
                    at: section.location(of: TLSKeys.certificate),
                    "\(identity.file): there is another certificate with a key of \(identity.keyAlgorithm); "
                        + "a server name has one of each algorithm"))
        }
    }

    /// The file behind a source; nil for what is no file, or after an error.
    func file(
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

    func report(
        _ warnings: [String], at location: SourceLocation?, into diagnostics: inout [Diagnostic]
    ) {
        diagnostics += warnings.map { .warning(at: location ?? SourceLocation(file: stateFolder.string), $0) }
    }
}
