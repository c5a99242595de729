// The page of a folder: folders first, then files, in one order, made in parts. Links are the names' bytes, encoded.

import Files
import HTTPCore

/// A folder's entries as HTML, JSON or text.
///
/// JSON has the names that Caddy's listings have, which scripts know; text has time, size and name in columns, and a
/// slash behind a folder's name. A name that is not UTF-8 is shown with U+FFFD; its link and its `url` lead to it all
/// the same.
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
    private let crumbs: [[String: String]]
    private let title: String
    private let hasParent: Bool

    private let hasArchives: Bool

    init(path: RequestedPath, mount: String, order: DirectoryOrder, hasArchives: Bool) {
        self.order = order
        self.hasArchives = hasArchives
        crumbs = trail(to: path, from: mount)
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
                Self.beginning.render([
                    "title": title, "crumbs": crumbs, "hasParent": hasParent,
                    "columns": DirectoryOrder.Value.allCases.map { order.column($0) },
                ]).utf8)
        }
    }

    /// Appends some of the entries.
    ///
    /// - Parameter isFirst: Whether there were none before.
    func append(
        _ entries: [DirectoryEntry], _ form: Representation, isFirst: Bool, to page: inout [UInt8]
    ) throws {
        switch form {
        case .text: for entry in entries { page.append(line: entry) }
        case .html:
            page.reserveCapacity(page.count + entries.count * 192)
            for entry in entries { page.append(row: entry) }
        case .json:
            guard !entries.isEmpty else { break }
            if !isFirst { page.append(UInt8(ascii: ",")) }
            // Without the brackets of the array.
            page += try encodedJSON(entries.map(Entry.init)).dropFirst().dropLast(2)
        }
    }

    /// What comes after the entries.
    func end(_ form: Representation, _ totals: FolderTotals) -> [UInt8] {
        switch form {
        case .text: []
        case .json: Array("\n]\n".utf8)
        case .html:
            Array(Self.end.render(["summary": totals.summary, "hasArchives": hasArchives]).utf8)
        }
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

    private static let end = PageTemplate(
        """
        </tbody>
        </table>
        </div>
        <p class="dim">{{summary}}{{#hasArchives}}. All as \
        <a href="?archive=tar.gz">.tar.gz</a> or <a href="?archive=zip">.zip</a>{{/hasArchives}}</p>
        """, as: .end)
}

extension [UInt8] {
    /// Appends an entry as a line of text: time, size in bytes, name.
    fileprivate mutating func append(line entry: DirectoryEntry) {
        HTTPDate(secondsSinceEpoch: entry.status.modificationTime).appendTimestamp(to: &self)
        let size = entry.status.kind == .directory ? "-" : String(entry.status.size)
        append(contentsOf: repeatElement(UInt8(ascii: " "), count: Swift.max(2, 14 - size.utf8.count)))
        append(ascii: size)
        append(ascii: "  ")
        append(contentsOf: visible(String(decoding: entry.name, as: UTF8.self)).utf8)
        append(ascii: entry.status.kind == .directory ? "/\n" : "\n")
    }

    /// Appends an entry as a row of the HTML table, without a template: there may be thousands, and Mustache took 63 %
    /// of a listing, strings in between 60 % of what was left.
    fileprivate mutating func append(row entry: DirectoryEntry) {
        let isFolder = entry.status.kind == .directory
        let isPlain = ByteSet.unreserved.containsAll(entry.name.span)
        self += isFolder ? RowText.folder : RowText.file
        self += isPlain ? entry.name : Self.link(to: entry.name)
        self += isFolder ? RowText.folderLinkEnd : RowText.linkEnd
        self += isPlain ? entry.name : Self.label(entry.name)
        self += isFolder ? RowText.folderNameEnd : RowText.nameEnd
        if !isFolder {
            append(decimal: entry.status.size)
            self += RowText.exactSizeEnd
            append(size: entry.status.size)
        }
        self += RowText.sizeEnd
        append(minute: entry.status.modificationTime)
        self += RowText.end
    }

    private static func link(to name: [UInt8]) -> [UInt8] {
        Array(HTMLText().escapeText(PercentEncoding.encode(segment: name)).utf8)
    }

    private static func label(_ name: [UInt8]) -> [UInt8] {
        Array(HTMLText().escapeText(String(decoding: name, as: UTF8.self)).utf8)
    }
}

/// What stands around the values of a row.
private enum RowText {
    static let file = Array("<tr><td><a href=\"./".utf8)
    static let folder = Array("<tr><td><a class=\"folder\" href=\"./".utf8)
    static let linkEnd = Array("\">".utf8)
    static let folderLinkEnd = Array("/\">".utf8)
    static let nameEnd = Array("</a></td><td class=\"size\" title=\"".utf8)
    static let exactSizeEnd = Array(" bytes\">".utf8)
    static let folderNameEnd = Array("/</a></td><td class=\"size\">".utf8)
    static let sizeEnd = Array("</td><td class=\"time\">".utf8)
    static let end = Array("</td></tr>\n".utf8)
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
            .map { counted($0.0, $0.1) }
        return counts.isEmpty
            ? "Nothing here" : counts.joined(separator: ", ") + (files > 0 ? ", \(size(bytes))" : "")
    }
}

extension DirectoryOrder {
    /// The head of a column, a link to the listing in its order; a dictionary, of which Mustache asks for a name without
    /// reflection.
    fileprivate func column(_ value: Value) -> [String: String] {
        let isCurrent = value == self.value
        let order = isCurrent && !isDescending ? "desc" : "asc"
        var column = [
            "label": value.label, "style": value.rawValue, "link": "?sort=\(value.rawValue)&order=\(order)",
        ]
        guard isCurrent else { return column }
        // The value of `aria-sort`.
        column["direction"] = isDescending ? "descending" : "ascending"
        column["mark"] = isDescending ? "\u{2193}" : "\u{2191}"
        return column
    }
}

extension DirectoryOrder.Value {
    fileprivate var label: String {
        switch self {
        case .name: "Name"
        case .size: "Size"
        case .time: "Modified (UTC)"
        }
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

/// The steps of the way from a handler's root to a folder.
private func trail(to path: RequestedPath, from mount: String) -> [[String: String]] {
    var href = linkPrefix(mount) + "/"
    var trail = [["label": mount.utf8.count > 1 ? mount + "/" : "/", "href": href]]
    for name in path.relative.split(separator: UInt8(ascii: "/")) {
        href += PercentEncoding.encode(segment: name) + "/"
        trail.append(["label": String(decoding: name, as: UTF8.self) + "/", "href": href])
    }
    return trail
}
