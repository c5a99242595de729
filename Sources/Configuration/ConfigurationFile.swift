// Reads a configuration file and its drop-ins. Nothing else here touches the file system but DropIns.

import FoundationEssentials
import SystemPackage

/// A configuration file with the drop-ins beside it.
public enum ConfigurationFile {
    /// A file that is larger is refused: nobody wrote it by hand.
    static let sizeLimit = 16 << 20

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

    /// The contents of a file, pipes included, through Foundation: the system's own read takes unsafe pointers.
    private static func read(_ path: FilePath, into diagnostics: inout [Diagnostic]) -> [UInt8]? {
        do throws(Errno) {
            let status = try path.stat()
            if status.type == .directory { throw .isDirectory }
            if status.size > sizeLimit { throw .fileTooLarge }
        } catch {
            diagnostics.append(.unreadable(path, error.description))
            return nil
        }
        if let contents = FileManager.default.contents(atPath: path.string) { return Array(contents) }
        diagnostics.append(.unreadable(path, reasonForFailure(to: path)))
        return nil
    }

    /// Foundation hides the Errno; opening once more tells it.
    private static func reasonForFailure(to path: FilePath) -> String {
        do {
            try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking]).close()
            return "reading failed"
        } catch {
            return (error as? Errno)?.description ?? "\(error)"
        }
    }
}

extension Diagnostic {
    static func unreadable(_ path: FilePath, _ reason: String) -> Diagnostic {
        .error(at: SourceLocation(file: path.string, line: 1, column: 1), "cannot be read: \(reason)")
    }
}
