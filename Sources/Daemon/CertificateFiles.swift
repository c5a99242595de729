// The files that certificates, keys and clients' rules are read from, and whether they are still the same.

import Configuration
import Glibc
import Server
import Supervision
import SystemPackage

/// Files as they were when they were looked at.
struct CertificateFiles: Sendable {
    /// What tells a file from another one at the same path, and from what it was before; nil if there is none.
    private struct Version: Equatable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let modified: [Int]

        init?(of path: FilePath) {
            do {
                let status = try path.stat().rawValue
                device = UInt64(status.st_dev)
                inode = UInt64(status.st_ino)
                size = Int64(status.st_size)
                modified = [
                    status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
                    status.st_ctim.tv_nsec,
                ]
            } catch {
                // Not there, or not for us: when that changes it is another version.
                return nil
            }
        }
    }

    let paths: [FilePath]
    private let versions: [Version?]

    /// Looks at files now.
    init(_ paths: [FilePath]) {
        self.paths = paths
        versions = paths.map(Version.init)
    }

    /// Whether they are what they were.
    func areUnchanged(since before: CertificateFiles) -> Bool { versions == before.versions }
}

extension IdentityLoader {
    /// The files that the sections name, as they are now; what the local authority keeps is its own business.
    func files(of sections: [Section]) -> CertificateFiles {
        let sources = sections.flatMap { section in
            var sources: [TLSKeys.Source] = []
            if case .given(let pairs) = origin(of: section) {
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
