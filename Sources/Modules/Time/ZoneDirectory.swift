// The time zones that tzdata installed. Reading may wait for a disk: it belongs to the blocking pool.

import Files
import SystemPackage

/// A folder of zone files, and the machine's own.
struct ZoneDirectory: Sendable {
    private let folder: FilePath
    private let local: FilePath

    /// The most bytes of a zone's file: the largest of tzdata has less than 4 KiB.
    private static let fileBytes = 64 * 1024

    init(_ folder: FilePath, local: FilePath) {
        self.folder = folder
        self.local = local
    }

    /// The zone that the machine is set to; nil where it is set to none, which means UTC.
    func localZone() throws(FileFailure) -> ZoneFile? {
        try Self.found { () throws(FileFailure) in try OpenFile(local) }
    }

    /// A zone by its name in tzdata; nil if there is none of that name.
    func zone(named name: String) throws(FileFailure) -> ZoneFile? {
        try Self.found { () throws(FileFailure) in
            try RootDirectory(folder).open(name.utf8.span, mayBlock: true)
        }
    }

    /// The zone in a file that may not be there, or be none: the folder has tables and scripts too.
    private static func found(_ open: () throws(FileFailure) -> OpenFile) throws(FileFailure) -> ZoneFile? {
        do throws(FileFailure) {
            let file = try open()
            guard file.status.kind == .regular else { return nil }
            return ZoneFile(try file.readBlocking(count: fileBytes, at: 0))
        } catch {
            guard [.notFound, .outside, .notRegular].contains(error.code) else { throw error }
            return nil
        }
    }
}
