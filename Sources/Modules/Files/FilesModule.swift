// The module `files`: its keys, and how they become a handler.

import Configuration
import Files
import HandlerKit

extension ModuleDescriptor {
    /// Serves the files of a folder.
    public static let files = ModuleDescriptor(
        name: "files", summary: "Serves the files of a folder.",
        keys: [
            AnyKey(FilesModule.root), AnyKey(FilesModule.index), AnyKey(FilesModule.listing),
            AnyKey(FilesModule.hidden), AnyKey(FilesModule.symlinks), AnyKey(FilesModule.cacheControl),
            AnyKey(FilesModule.types), AnyKey(FilesModule.defaultType), AnyKey(FilesModule.precompressed),
        ]
    ) { (section, context) throws(ConfigurationFailure) in
        FileHandler(
            root: try section.openFolder(FilesModule.root), settings: FilesModule.settings(section),
            blocking: context.blocking)
    }
}

enum FilesModule {
    static let root = Key("root", .path, "The folder that is served.")
    static let index = Key(
        "index", .list(.word), default: "index.html index.htm",
        "Names of files that stand for their folder; the first that exists counts.")
    static let listing = Key(
        "listing", .yesNo, default: "yes", "Whether a folder without an index file is listed.")
    static let hidden = Key(
        "hidden", .yesNo, default: "no",
        "Whether names that start with a dot are served; .well-known always is.")
    static let symlinks = Key(
        "symlinks", .choice(of: ["inside", "none"]), default: "inside",
        "Which symbolic links are followed: those that stay inside the root, or none.")
    static let cacheControl = Key(
        "cache_control", .string, default: "no-cache", "The Cache-Control field of every file.")
    static let types = Key(
        "types", .list(.typeOfSuffix), default: "", "Content types to add, each as .suffix=type/subtype.")
    static let defaultType = Key(
        "default_type", .contentType, default: "application/octet-stream",
        "The content type of a file whose suffix is not known.")
    static let precompressed = Key(
        "precompressed", .yesNo, default: "yes",
        "Whether a file's neighbour with .br, .zst or .gz is sent to clients that take it; an older one never is."
    )

    static func settings(_ section: Section) -> FileSettings {
        let additions = section[types].map { ($0.suffix, $0.type) }
        return FileSettings(
            index: section[index].map { Array($0.utf8) }, lists: section[listing],
            showsHidden: section[hidden],
            links: section[symlinks] == "none" ? .none : .inside, cacheControl: section[cacheControl],
            types: ContentTypes(additions: additions, fallback: section[defaultType]),
            isPrecompressed: section[precompressed])
    }
}

/// How a file handler was configured.
struct FileSettings: Sendable {
    var index: [[UInt8]]
    var lists: Bool
    var showsHidden: Bool
    var links: RootDirectory.SymbolicLinks
    var cacheControl: String
    var types: ContentTypes
    /// Whether neighbours in content codings are looked for.
    var isPrecompressed = true
    /// The most bytes of small files that are kept in memory.
    var cacheBytes = 8 << 20
    /// How many seconds ago a file must have changed before it is kept (``Files/FileStatus/isSettled(for:)``).
    var settleSeconds: Int64 = 2
}
