// The module `files`: its keys, and how they become a handler.

import Configuration
import Files
import HandlerKit

extension ModuleDescriptor {
    /// Serves the files of a folder.
    public static let files = ModuleDescriptor(
        name: "files", summary: "Serves the files of a folder.",
        keys: FilesModule.keys
    ) { (section, context) throws(ConfigurationFailure) in
        let root = try section.openFolder(FilesModule.root)
        let settings = FilesModule.settings(section)
        return FileHandler(
            root: root, settings: settings, blocking: context.blocking,
            liveReload: section[FilesModule.livereload]
                ? LiveReload(root, showsHidden: settings.showsHidden, context) : nil)
    }
}

enum FilesModule {
    static let keys = [
        AnyKey(root), AnyKey(index), AnyKey(listing), AnyKey(hidden), AnyKey(symlinks), AnyKey(types),
        AnyKey(defaultType), AnyKey(cacheControl), AnyKey(headers), AnyKey(crossOrigin), AnyKey(download),
        AnyKey(precompressed), AnyKey(compress), AnyKey(compressMinimum), AnyKey(applicationPage),
        AnyKey(notFoundPage),
        AnyKey(livereload), AnyKey(archive),
    ]

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
        "symlinks", .choice(of: ["inside", "none", "follow"]), default: "inside",
        "Which symbolic links are followed: those that stay inside the root, none, or all, wherever they lead."
    )
    static let cacheControl = Key(
        "cache_control", .lines(.cacheControlRule), default: "no-cache",
        "The Cache-Control field of every file, or of those with a suffix, as in .js .css: max-age=60.")
    static let headers = Key(
        "headers", .lines(.field(except: describingContent)), default: "",
        "Fields to add to every answer, each as NAME: VALUE.")
    static let crossOrigin = Key(
        "cors", .crossOrigin, default: "off",
        "Which origins may read the answers by scripts: all, none, or those named, as https://localhost:3000."
    )
    static let download = Key(
        "download", .downloadRule, default: "no",
        "Whether a browser saves files in place of showing them: all, none, or those with these suffixes.")
    static let types = Key(
        "types", .list(.typeOfSuffix), default: "", "Content types to add, each as .suffix=type/subtype.")
    static let defaultType = Key(
        "default_type", .contentType, default: "application/octet-stream",
        "The content type of a file whose suffix is not known.")
    static let precompressed = Key(
        "precompressed", .yesNo, default: "yes",
        "Whether a file's neighbour with .br, .zst or .gz is sent to clients that take it; an older one never is."
    )
    static let compress = Key(
        "compress", .yesNo, default: "no",
        "Whether text is compressed for clients that take it, by zstd, br or gzip; ranges never are.")
    static let compressMinimum = Key(
        "compress_bytes", .byteCount(in: 0...67_108_864), default: "1K",
        "The least bytes of a file that is compressed.")
    static let applicationPage = Key<String>.optional(
        "spa", .pathBelowRoot,
        "The page below the root that is sent where nothing is to browsers that navigate, as index.html.")
    static let notFoundPage = Key<String>.optional(
        "error_page.404", .pathBelowRoot, "The file below the root that is sent, as a 404, where nothing is.")
    static let archive = Key(
        "archive", .yesNo, default: "no",
        "Whether ?archive=tar.gz or zip on a folder gives all that is served below it.")
    static let livereload = Key(
        "livereload", .yesNo, default: "no",
        "Whether HTML pages get a script that loads them anew when something below the root changes.")

    static func settings(_ section: Section) -> FileSettings {
        let additions = section[types].map { ($0.suffix, $0.type) }
        return FileSettings(
            index: section[index].map { Array($0.utf8) }, lists: section[listing],
            showsHidden: section[hidden], links: links(section[symlinks]),
            cacheControl: CacheControlRules(section[cacheControl]),
            types: ContentTypes(additions: additions, fallback: section[defaultType]),
            hasArchives: section[archive], isPrecompressed: section[precompressed],
            compression: section[compress]
                ? CompressionRule(minimum: UInt64(section[compressMinimum])) : nil,
            added: AddedFields(section[headers], section[crossOrigin]), download: section[download],
            applicationPage: section.optional(applicationPage).map(path),
            notFoundPage: section.optional(notFoundPage).map(path))
    }

    private static func links(_ word: String) -> RootDirectory.SymbolicLinks {
        switch word {
        case "none": .none
        case "follow": .follow
        default: .inside
        }
    }

    /// A path below the root, with a slash in front or not.
    private static func path(_ text: String) -> [UInt8] { Array(text.utf8.drop { $0 == UInt8(ascii: "/") }) }

    /// What only the server can say of what it sends, in lower case.
    private static let describingContent: Set<String> = [
        "accept-ranges", "content-encoding", "content-range", "etag", "last-modified", "te", "trailer",
    ]
}

extension ValueType where Value == String {
    /// A path below the root; whether anything is there is asked when it is needed.
    fileprivate static var pathBelowRoot: ValueType {
        ValueType(name: "path below the root", format: { $0 }) { (text, _) throws(ValueProblem) in
            let names = text.split(separator: "/")
            guard !names.isEmpty else { throw ValueProblem("'\(text)' names no file") }
            guard !names.contains("..") else { throw ValueProblem("'\(text)' leads out of the root") }
            return text
        }
    }
}

/// How a file handler was configured.
struct FileSettings: Sendable {
    var index: [[UInt8]]
    var lists: Bool
    var showsHidden: Bool
    var links: RootDirectory.SymbolicLinks
    var cacheControl = CacheControlRules()
    var types: ContentTypes
    /// Whether folders are given as archives.
    var hasArchives = false
    /// Whether neighbours in content codings are looked for.
    var isPrecompressed = true
    /// Which files are compressed as they are sent; nil for none.
    var compression: CompressionRule?
    /// What each answer gets besides; nil for nothing.
    var added: AddedFields?
    var download = DownloadRule.none
    /// The path of the page of an application whose paths are its own.
    var applicationPage: [UInt8]?
    /// The path of the page that says that nothing is there.
    var notFoundPage: [UInt8]?
    /// A folder of so many entries is shown by an answer with a length and a tag.
    var wholeListing = 4_096
    /// How many entries of a larger one are in memory, for one reading of its names.
    var listingBatch = 16_384
    /// The most bytes of small files that are kept in memory.
    var cacheBytes = 8 << 20
    /// How many seconds ago a file must have changed before it is kept (``Files/FileStatus/isSettled(for:)``).
    var settleSeconds: Int64 = 2

    /// What a file's name says of it.
    func description(of name: ArraySlice<UInt8>) -> FileDescription {
        FileDescription(
            type: types.type(of: name), cacheControl: cacheControl.value(for: name),
            disposition: download.disposition(of: name))
    }
}
