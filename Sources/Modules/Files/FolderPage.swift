// The page of a folder: folders first, then files, in one order, made in parts. Links are the names' bytes, encoded.

import Files
import FoundationEssentials
import HTTPCore

/// A folder's entries as HTML, JSON or text.
///
/// JSON has the names that Caddy's listings have, which scripts know; text has one name a line, folders with a
/// slash. A name that is not UTF-8 is shown with U+FFFD; its link and its `url` lead to it all the same.
struct FolderPage: Sendable {
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

    let order: DirectoryOrder
    private let crumbs: [Crumb]
    private let title: String
    private let hasParent: Bool

    private let hasArchives: Bool

    init(path: RequestedPath, mount: String, order: DirectoryOrder, hasArchives: Bool) {
        self.order = order
        self.hasArchives = hasArchives
        crumbs = Crumb.trail(to: path, from: mount)
        title = "Index of \(String(decoding: path.full, as: UTF8.self))"
        hasParent = !path.relative.isEmpty
    }

    /// What comes before the entries.
    func beginning(_ form: Representation) -> [UInt8] {
        switch form {
        case .text: []
        case .json: [UInt8(ascii: "[")]
        case .html:
            Array(
                Self.beginning.render(
                    Beginning(
                        title: title, crumbs: crumbs, hasParent: hasParent, columns: Column.all(in: order))
                ).utf8)
        }
    }

    /// Some of the entries.
    ///
    /// - Parameter isFirst: Whether there were none before.
    func rows(_ entries: [DirectoryEntry], _ form: Representation, isFirst: Bool) throws -> [UInt8] {
        let entries = entries.map(Entry.init)
        switch form {
        case .text: return entries.flatMap { Array((visible($0.name) + ($0.isDir ? "/\n" : "\n")).utf8) }
        case .html: return Array(entries.map(Self.row).joined().utf8)
        case .json:
            guard !entries.isEmpty else { return [] }
            // Without the brackets of the array.
            return (isFirst ? [] : [UInt8(ascii: ",")]) + (try json(entries).dropFirst().dropLast(2))
        }
    }

    /// What comes after the entries.
    func end(_ form: Representation, _ totals: FolderTotals) -> [UInt8] {
        switch form {
        case .text: []
        case .json: Array("\n]\n".utf8)
        case .html: Array(Self.end.render(End(summary: totals.summary, hasArchives: hasArchives)).utf8)
        }
    }

    private func json(_ entries: [Entry]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(entries))
    }

    private struct Beginning {
        let title: String
        let crumbs: [Crumb]
        let hasParent: Bool
        let columns: [Column]
    }

    private struct End {
        let summary: String
        let hasArchives: Bool
    }

    private static let beginning = PageTemplate(
        """
        <h1><span class="dim">Index of</span> {{#crumbs}}<a href="{{href}}">{{label}}</a>{{/crumbs}}</h1>
        <div class="card">
        <table class="entries dated">
        <thead><tr>
        {{#columns}}
        <th class="{{style}}"{{#direction}} aria-sort="{{.}}"{{/direction}}><a href="{{link}}">{{label}}</a>\
        {{#mark}} <span aria-hidden="true">{{.}}</span>{{/mark}}</th>
        {{/columns}}
        </tr></thead>
        <tbody>
        {{#hasParent}}
        <tr><td><a href="../">Parent folder</a></td><td class="size"></td><td class="time"></td></tr>
        {{/hasParent}}

        """, as: .beginning)

    /// A row of the HTML table, written without a template: there may be thousands, and Mustache took 63 % of a listing.
    private static func row(_ entry: Entry) -> String {
        let html = HTMLText()
        let name = html.escapeText(entry.isDir ? entry.name + "/" : entry.name)
        let style = entry.isDir ? " class=\"folder\"" : ""
        let exactSize = entry.isDir ? "" : "\(entry.size) bytes"
        let shownSize = entry.isDir ? "" : size(entry.size)
        let utc = timestamp(entry.modificationTime)
        return """
            <tr><td><a\(style) href="\(html.escapeText(entry.url))">\(name)</a></td>\
            <td class="size" title="\(exactSize)">\(shownSize)</td>\
            <td class="time">\(utc.prefix(10)) \(utc.dropFirst(11).prefix(5))</td></tr>

            """
    }

    private static let end = PageTemplate(
        """
        </tbody>
        </table>
        </div>
        <p class="dim">{{summary}}{{#hasArchives}}. All as \
        <a href="?archive=tar.gz">.tar.gz</a> or <a href="?archive=zip">.zip</a>{{/hasArchives}}</p>
        """, as: .end)
}

/// What a listing says of all its entries.
struct FolderTotals {
    private var folders = 0
    private var files = 0
    private var bytes: UInt64 = 0

    var isEmpty: Bool { folders + files == 0 }

    mutating func add(_ entries: [DirectoryEntry]) {
        for entry in entries {
            if entry.status.kind == .directory {
                folders += 1
            } else {
                files += 1
                bytes = bytes.addingReportingOverflow(entry.status.size).partialValue
            }
        }
    }

    var summary: String {
        let counts = [(folders, "folder"), (files, "file")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        return counts.isEmpty
            ? "Nothing here" : counts.joined(separator: ", ") + (files > 0 ? ", \(size(bytes))" : "")
    }
}

/// The head of a column, a link to the listing in its order.
private struct Column {
    let label: String
    let style: String
    let link: String
    /// The value of `aria-sort`, of the column by which entries are in order.
    let direction: String?
    let mark: String?

    static func all(in order: DirectoryOrder) -> [Column] {
        [
            Column("Name", "name", .name, order), Column("Size", "size", .size, order),
            Column("Modified (UTC)", "time", .time, order),
        ]
    }

    private init(_ label: String, _ style: String, _ value: DirectoryOrder.Value, _ order: DirectoryOrder) {
        let isCurrent = order.value == value
        self.label = label
        self.style = style
        link = "?sort=\(value.rawValue)&order=\(isCurrent && !order.isDescending ? "desc" : "asc")"
        direction = isCurrent ? (order.isDescending ? "descending" : "ascending") : nil
        mark = isCurrent ? (order.isDescending ? "\u{2193}" : "\u{2191}") : nil
    }
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

/// A step of the way from a handler's root to a folder.
private struct Crumb: Sendable {
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
