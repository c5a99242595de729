// Reads a configuration file and its drop-ins. Nothing else here touches the file system but DropIns.

import Files
import SystemPackage

/// A configuration file with the drop-ins beside it.
public enum ConfigurationFile {
    /// A file that is larger is refused: nobody wrote it by hand.
    static let sizeLimit: UInt64 = 16 << 20

    /// Reads and parses `path`, then `path.d/*.conf` in the order of their names.
    ///
    /// - Parameters:
    ///   - path: the main file; relative paths in it and in its drop-ins start from its folder.
    ///   - dropIns: whether to read the drop-ins.
    ///   - diagnostics: gets every file that cannot be read and every syntax error.
    /// - Returns: the document, or nil if the main file cannot be read.
    public static func load(
        _ path: FilePath, dropIns: Bool = true, into diagnostics: inout [Diagnostic]
    ) -> Document? {
        guard let bytes = read(path, into: &diagnostics) else { return nil }
        let folder = path.removingLastComponent()
        var document = Document(file: path.string, folder: folder.isEmpty ? "." : folder)
        document.add(bytes, from: path.string, into: &diagnostics)
        guard dropIns else { return document }
        for dropIn in DropIns.files(for: path, into: &diagnostics) {
            guard let bytes = read(dropIn, into: &diagnostics) else { continue }
            document.add(bytes, from: dropIn.string, into: &diagnostics)
        }
        return document
    }

    private static func read(_ path: FilePath, into diagnostics: inout [Diagnostic]) -> [UInt8]? {
        do throws(FileFailure) {
            return try OpenFile.contents(of: path, limit: sizeLimit)
        } catch {
            diagnostics.append(.unreadable(path, error.errno?.description ?? error.context))
            return nil
        }
    }
}

extension Diagnostic {
    static func unreadable(_ path: FilePath, _ reason: String) -> Diagnostic {
        .error(at: SourceLocation(file: path.string, line: 1, column: 1), "cannot be read: \(reason)")
    }
}
