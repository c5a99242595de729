// The drop-ins of a file: NAME.d/*.conf beside it, in the order of their names' bytes. Foundation lists the
// folder, for the alternatives need unsafe pointers.

import FoundationEssentials
import SystemPackage

/// Finds the drop-ins of a configuration file.
enum DropIns {
    /// The drop-ins of `path`; none if it has no folder for them. Hidden files are left out.
    static func files(for path: FilePath, into diagnostics: inout [Diagnostic]) -> [FilePath] {
        let folder = FilePath(path.string + ".d")
        do {
            // Opened first for the Errno that Foundation's errors hide.
            try FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec]).close()
            return try FileManager.default.contentsOfDirectory(atPath: folder.string)
                .filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .map { folder.appending($0) }
        } catch Errno.noSuchFileOrDirectory {
            return []
        } catch {
            diagnostics.append(
                .unreadable(folder, (error as? Errno)?.description ?? "the folder cannot be listed"))
            return []
        }
    }
}
