// When certificates end: what has to be told about those that soon do, that did, or that have not begun.

import SystemPackage
import TLS

/// The times of the certificates in force.
struct CertificateExpiry {
    /// Two weeks: time enough to renew a certificate by hand.
    static let notice: Int64 = 14 * 86_400

    /// A certificate that somebody should look after.
    struct Finding: CustomStringConvertible {
        enum State: Equatable {
            case expired, notYetValid
            /// How many whole days are left.
            case ends(days: Int64)
        }

        let state: State
        let certificate: CertificateFacts
        let file: FilePath

        var isOutOfTime: Bool { state == .expired || state == .notYetValid }

        var description: String {
            // Public authorities leave the subject empty.
            let subject =
                certificate.subject.isEmpty ? certificate.alternativeNames.first ?? "" : certificate.subject
            let what = "\(file): the certificate of \(subject)"
            switch state {
            case .expired: return "\(what) has expired"
            case .notYetValid: return "\(what) is not valid yet"
            case .ends(let days): return "\(what) expires in \(days) days"
            }
        }
    }

    /// Those that end first come first.
    private let certificates: [(facts: CertificateFacts, file: FilePath)]

    init(of identities: [Identity] = []) {
        var seen: Set<CertificateFacts> = []
        certificates = identities.flatMap { identity in identity.allFacts.map { ($0, identity.file) } }
            .filter { seen.insert($0.0).inserted }
            .sorted { $0.0.notAfter < $1.0.notAfter }
    }

    /// What there is to tell, the most urgent first: what no client accepts, then what ends soon; `now` in seconds since
    /// 1970.
    func findings(at now: Int64) -> [Finding] {
        let findings = certificates.compactMap { facts, file in
            Self.state(of: facts, at: now).map { Finding(state: $0, certificate: facts, file: file) }
        }
        return findings.filter(\.isOutOfTime) + findings.filter { !$0.isOutOfTime }
    }

    /// nil for one that nobody needs to look after.
    private static func state(of facts: CertificateFacts, at now: Int64) -> Finding.State? {
        guard now <= facts.notAfter else { return .expired }
        guard facts.notBefore <= now else { return .notYetValid }
        let left = facts.notAfter - now
        return left <= notice ? .ends(days: left / 86_400) : nil
    }

    /// Those that no client accepts.
    func outOfTime(at now: Int64) -> [Finding] { findings(at: now).filter(\.isOutOfTime) }
}
