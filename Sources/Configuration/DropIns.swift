// The drop-ins of a file: NAME.d/*.conf beside it, in the order of their names' bytes.

import Files
import SystemPackage

/// Finds the drop-ins of a configuration file.
enum DropIns {
    /// The drop-ins of `path`; none if it has no folder for them. Hidden files are left out.
    static func files(for path: FilePath, into diagnostics: inout [Diagnostic]) -> [FilePath] {
        let folder = FilePath(path.string + ".d")
        do throws(FileFailure) {
            return try OpenFile(folder).entriesBlocking()
                .map { String(decoding: $0.name, as: UTF8.self) }
                .filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .map { folder.appending($0) }
        } catch  where error.errno == .noSuchFileOrDirectory {
            return []
        } catch {
            diagnostics.append(.unreadable(folder, error.errno?.description ?? error.context))
            return []
        }
    }
}
