// Where the certificates of a [tls] section come from: what it says, and the credentials that stand in for it.

import Configuration
import Server
import Supervision
import SystemPackage

/// A certificate and its key, as a section names them.
struct CertificatePair: Equatable {
    let certificate: TLSKeys.Source
    let key: TLSKeys.Source
}

/// Where the certificates of a section come from.
enum CertificateSource: Equatable {
    case authority
    case given([CertificatePair])
    /// Certificates and keys that don't go together, and why.
    case contradiction(String)
}

extension IdentityLoader {
    private static let certificateCredential = "tls.crt"
    private static let keyCredential = "tls.key"

    /// Where the certificates of a section come from.
    ///
    /// The credentials `tls.crt` and `tls.key` are those of a `[tls]` that names none.
    func certificateSource(of section: Section) -> CertificateSource {
        let isSilent = !section.isSet(TLSKeys.certificate) && !section.isSet(TLSKeys.key)
        if isSilent, section.argument == nil, hasCredentials {
            let pair = CertificatePair(
                certificate: .credential(Self.certificateCredential), key: .credential(Self.keyCredential))
            return .given([pair])
        }
        let (certificates, keys) = (section[TLSKeys.certificate], section[TLSKeys.key])
        // An assignment of nothing takes away what a file before this one has named.
        if (certificates + keys).allSatisfy({ $0 == .auto }), certificates.count < 2, keys.count < 2 {
            return .authority
        }
        guard !certificates.contains(.auto), !keys.contains(.auto) else {
            return .contradiction(
                "certificate and key are either both auto or both given (in a drop-in, an empty certificate = clears "
                    + "the list)")
        }
        guard certificates.count == keys.count else {
            return .contradiction(
                "there are \(certificates.count) certificates and \(keys.count) keys: each needs the other")
        }
        return .given(zip(certificates, keys).map { CertificatePair(certificate: $0, key: $1) })
    }

    private var hasCredentials: Bool {
        [Self.certificateCredential, Self.keyCredential].contains { name in
            // No credentials at all: nothing was meant for us.
            (try? environment.credential(named: name))?.exists == true
        }
    }
}
