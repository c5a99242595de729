// The page of a folder: folders first, then files, each sorted by name. Links are the names' bytes, encoded.

import Files
import HTTPCore
import Mustache

/// A folder's entries as HTML, JSON or text.
///
/// JSON has the names that Caddy's listings have, which scripts know; text has one name a line, folders with a
/// slash. A name that is not UTF-8 is shown with U+FFFD; its link and its `url` lead to it all the same.
struct FolderPage: NegotiatedPage {
    struct Entry: Encodable {
        let name: String
        let isDir: Bool
        let size: UInt64
        let modificationTime: Int64
        let isSymlink: Bool
        let url: String

        private enum CodingKeys: CodingKey { case name, isDir, size, modTime, isSymlink, url }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(name, forKey: .name)
            try values.encode(isDir, forKey: .isDir)
            try values.encode(size, forKey: .size)
            try values.encode(timestamp(modificationTime), forKey: .modTime)
            try values.encode(isSymlink, forKey: .isSymlink)
            try values.encode(url, forKey: .url)
        }
    }

    private let entries: [Entry]
    private let crumbs: [Crumb]
    private let title: String
    private let hasParent: Bool

    init(_ entries: [DirectoryEntry], path: RequestedPath, mount: String) {
        self.entries = entries.sorted { $0.isBefore($1) }.map(Entry.init)
        crumbs = Crumb.trail(to: path, from: mount)
        title = "Index of \(String(decoding: path.full, as: UTF8.self))"
        hasParent = !path.relative.isEmpty
    }

    var document: [Entry] { entries }

    var text: String {
        entries.reduce(into: "") { text, entry in text += visible(entry.name) + (entry.isDir ? "/\n" : "\n") }
    }

    var html: String {
        let rows = entries.map(Row.init)
        return Self.template.render(
            Model(title: title, crumbs: crumbs, hasParent: hasParent, rows: rows, summary: summary))
    }

    private var summary: String {
        let folders = entries.count { $0.isDir }
        let files = entries.count - folders
        let bytes = entries.reduce(UInt64(0)) {
            $1.isDir ? $0 : $0.addingReportingOverflow($1.size).partialValue
        }
        let counts = [(folders, "folder"), (files, "file")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        return counts.isEmpty
            ? "Nothing here" : counts.joined(separator: ", ") + (files > 0 ? ", \(Modules.size(bytes))" : "")
    }

    private struct Model {
        let title: String
        let crumbs: [Crumb]
        let hasParent: Bool
        let rows: [Row]
        let summary: String
    }

    private static let template = PageTemplate(
        """
        <h1><span class="dim">Index of</span> {{#crumbs}}<a href="{{href}}">{{label}}</a>{{/crumbs}}</h1>
        <div class="card">
        <table class="entries">
        <thead><tr><th>Name</th><th class="size">Size</th><th class="time">Modified (UTC)</th></tr></thead>
        <tbody>
        {{#hasParent}}
        <tr><td><a href="../">Parent folder</a></td><td class="size"></td><td class="time"></td></tr>
        {{/hasParent}}
        {{#rows}}
        <tr><td><a{{#isFolder}} class="folder"{{/isFolder}} href="{{url}}">{{name}}</a></td>\
        <td class="size" title="{{exactSize}}">{{shownSize}}</td><td class="time">{{time}}</td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        <p class="dim">{{summary}}</p>
        """)
}

extension FolderPage.Entry {
    fileprivate init(_ entry: DirectoryEntry) {
        name = String(decoding: entry.name, as: UTF8.self)
        isDir = entry.status.kind == .directory
        size = entry.status.size
        modificationTime = entry.status.modificationTime
        isSymlink = entry.isLink
        url = "./" + PercentEncoding.encode(segment: entry.name) + (isDir ? "/" : "")
    }
}

extension DirectoryEntry {
    fileprivate func isBefore(_ other: DirectoryEntry) -> Bool {
        let isFolder = status.kind == .directory
        guard isFolder == (other.status.kind == .directory) else { return isFolder }
        return name.lexicographicallyPrecedes(other.name)
    }
}

/// A row of the HTML table; what Mustache asks for by name.
private struct Row {
    let name: String
    let isFolder: Bool
    let url: String
    let exactSize: String
    let shownSize: String
    let time: String

    init(_ entry: FolderPage.Entry) {
        name = entry.isDir ? entry.name + "/" : entry.name
        isFolder = entry.isDir
        url = entry.url
        exactSize = entry.isDir ? "" : "\(entry.size) bytes"
        shownSize = entry.isDir ? "" : size(entry.size)
        let utc = timestamp(entry.modificationTime)
        time = "\(utc.prefix(10)) \(utc.dropFirst(11).prefix(5))"
    }
}

/// There may be thousands of rows, and reflection would take most of the time.
extension Row: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "name": self.name
        case "isFolder": isFolder
        case "url": url
        case "exactSize": exactSize
        case "shownSize": shownSize
        case "time": time
        default: nil
        }
    }
}

/// A step of the way from a handler's root to a folder.
private struct Crumb {
    let label: String
    let href: String

    static func trail(to path: RequestedPath, from mount: String) -> [Crumb] {
        var href = mount.utf8.count > 1 ? PercentEncoding.encode(path: mount.utf8) + "/" : "/"
        var trail = [Crumb(label: mount.utf8.count > 1 ? mount + "/" : "/", href: href)]
        for name in path.relative.split(separator: UInt8(ascii: "/")) {
            href += PercentEncoding.encode(segment: name) + "/"
            trail.append(Crumb(label: String(decoding: name, as: UTF8.self) + "/", href: href))
        }
        return trail
    }
}
