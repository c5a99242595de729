// Short ways to parse and decode in tests, and a scratch folder.

import Configuration
import FoundationEssentials
import SystemPackage

/// A table with one key of each shape.
enum Sample {
    static let root = Key("root", .path, "The folder that is served.")
    static let index = Key("index", .list(.word), default: "index.html index.htm", "Names to look for.")
    static let size = Key("size", .byteCount, default: "16M", bounds: 1024...(1 << 30), "How much.")
    static let listing = Key("listing", .yesNo, default: "yes", "Whether to list.")
    static let title = Key.optional("title", .string, "The title.")
    static let fields = Key("field", .lines(.string), default: "", "Fields to add.")
    static let workers = Key(
        "workers", .either("auto", or: .integer(in: 1...64)), default: "auto", needsRestart: true, "Threads.")
    static let password = Key.optional("password", .word, isSecret: true, "A secret.")

    static let keys = [
        AnyKey(root), AnyKey(index), AnyKey(size), AnyKey(listing), AnyKey(title), AnyKey(fields),
        AnyKey(workers), AnyKey(password),
    ]
    static let schema = SectionSchema(
        "sample", argument: .optional("NAME"), "A section for tests.", keys: keys)
}

/// A section of sample keys, without a header.
func sample(_ text: String) throws -> Section {
    try Section(parsing: text, name: "sample", keys: Sample.keys)
}

/// The messages about a section of sample keys, `line:column: severity: message` each.
func complaints(_ text: String, keys: [AnyKey] = Sample.keys) -> [String] {
    var diagnostics: [Diagnostic] = []
    let document = Document(parsing: text, file: "f", into: &diagnostics)
    for section in document.sections { _ = document.decode(section, keys: keys, into: &diagnostics) }
    return diagnostics.inOrderOfPlace.map { String($0.description.dropFirst(2)) }
}

/// The syntax errors in a file of these bytes.
func syntaxErrors(_ text: String) -> [String] {
    var diagnostics: [Diagnostic] = []
    _ = Document(parsing: text, file: "f", into: &diagnostics)
    return diagnostics.map { String($0.description.dropFirst(2)) }
}

/// A folder that is gone when the test ends.
final class ScratchFolder {
    let path: FilePath

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "portico-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path)
    }

    deinit {
        // Nothing depends on its going; what stays lies in the system's temporary folder.
        try? FileManager.default.removeItem(atPath: path.string)
    }

    /// Writes a file, and the folders that it lies in.
    @discardableResult
    func write(_ name: String, _ contents: some Sequence<UInt8>) throws -> FilePath {
        let file = path.appending(name)
        let folder = file.removingLastComponent().string
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(contents).write(to: URL(filePath: file.string))
        return file
    }

    /// Reads a file with its drop-ins; messages have the folder's name taken out.
    func load(_ name: String, dropIns: Bool = true) -> (document: Document?, complaints: [String]) {
        var diagnostics: [Diagnostic] = []
        let document = ConfigurationFile.load(path.appending(name), dropIns: dropIns, into: &diagnostics)
        return (document, diagnostics.map { String($0.description.dropFirst(path.string.count + 1)) })
    }
}

/// The same numbers in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
