// The files that certificates, keys and clients' rules are read from, and whether they are still the same.

import Configuration
import Files
import Server
import Supervision
import SystemPackage

/// Files as they were when they were looked at.
struct CertificateFiles: Sendable {
    let paths: [FilePath]
    // nil for one that isn't there, or not for us: when that changes it is another one.
    private let found: [FileStatus?]

    /// Looks at files now.
    init(_ paths: [FilePath]) {
        self.paths = paths
        found = paths.map { FileStatus(following: $0) }
    }

    /// Whether they are what they were.
    func areUnchanged(since before: CertificateFiles) -> Bool { found == before.found }
}

extension IdentityLoader {
    /// The files that the sections name, as they are now; what the local authority keeps is its own business.
    func files(of sections: [Section]) -> CertificateFiles {
        let sources = sections.flatMap { section in
            var sources: [TLSKeys.Source] = []
            if case .given(let pairs) = certificateSource(of: section) {
                sources += pairs.flatMap { [$0.certificate, $0.key] }
            }
            let others = [TLSKeys.passphrase, TLSKeys.clientAuthority, TLSKeys.clientRevocations]
            return sources + others.compactMap { section.optional($0) }
                + (section.argument == nil ? section[TLSKeys.ticketKeys] : [])
        }
        // What can't be found was told when it was loaded.
        var told: [Diagnostic] = []
        return CertificateFiles(
            sources.compactMap { file($0, at: SourceLocation(file: ""), into: &told) })
    }
}
