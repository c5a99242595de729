// What is wrong with server names, versions and algorithms, each at its place.

import Configuration
import Server
import TLS

extension TLSContextBuilder {
    func checkNames(into diagnostics: inout [Diagnostic]) {
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

    func checkVersions(into diagnostics: inout [Diagnostic]) {
        for section in sections where minimum(of: section).version > self.section[TLSKeys.maximum].version {
            let isHere = section.isSet(TLSKeys.minimum)
            diagnostics.append(
                .error(
                    at: isHere
                        ? section.location(of: TLSKeys.minimum) : self.section.location(of: TLSKeys.maximum),
                    "minimum \(minimum(of: section).rawValue) is above maximum "
                        + self.section[TLSKeys.maximum].rawValue))
        }
    }

    func checkAlgorithms(into diagnostics: inout [Diagnostic]) {
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

    /// Without the authority that clients know they complain of that, and never come to the fault.
    func checkFaults(_ identities: IdentityLoader.Identities, into diagnostics: inout [Diagnostic]) {
        let hidden = faults.filter(\.needsAuthority).map(\.rawValue).sorted()
        guard identities.authority == nil, !hidden.isEmpty else { return }
        diagnostics.append(
            .warning(
                at: section.location(of: TLSKeys.certificate),
                "fault = \(hidden.joined(separator: ", ")): without certificate = auto no client knows the authority of "
                    + "these certificates, and clients tell of that first"))
    }
}
