// What the wiki's pages have in common, and the list of them all.

import Files
import HTTPCore

/// A page that one of the wiki's templates shows.
protocol WikiPage: NegotiatedPage {
    /// The template's name.
    static var template: String { get }
    var site: WikiSite { get }
    /// What the template is filled with, `title` among it.
    var model: [String: Any] { get }
}

extension WikiPage {
    var html: String { site.render(Self.template, model.merging(["mount": site.mount]) { own, _ in own }) }
}

/// All pages; the text form has one name a line.
struct PageListPage: WikiPage {
    struct Document: Encodable {
        let pages: [Item]
    }

    struct Item: Encodable {
        let name: String
        let size: UInt64
        let modified: String
        let url: String
    }

    static let template = "list"
    let site: WikiSite
    let pages: [PageStore.Entry]

    var document: Document {
        Document(
            pages: pages.map { entry in
                Item(
                    name: "\(entry.name)", size: entry.status.size,
                    modified: timestamp(entry.status.modificationTime),
                    url: "\(site.mount)/view/\(entry.name)")
            })
    }

    var text: String { pages.map { "\($0.name)\n" }.joined() }

    var model: [String: Any] {
        let rows: [[String: Any]] = pages.map { entry in
            [
                "name": "\(entry.name)", "size": Modules.size(entry.status.size),
                "time": minute(entry.status.modificationTime),
            ]
        }
        return [
            "title": "Pages", "pages": rows, "hasPages": !rows.isEmpty, "pattern": PageName.pattern,
            "rule": PageName.rule,
            "summary": rows.isEmpty ? "There are no pages yet." : counted(rows.count, "page"),
        ]
    }
}

/// The pages that have some words; the text form has `PAGE:LINE: TEXT` for each line, as grep(1) has it.
struct SearchPage: WikiPage {
    struct Document: Encodable {
        let query: String
        let matches: [SearchMatch]
    }

    static let template = "search"
    let site: WikiSite
    let query: String
    let matches: [SearchMatch]
    /// Whether there may be more.
    let isCut: Bool

    var document: Document { Document(query: query, matches: matches) }

    var text: String {
        matches.map { match in
            match.lines.isEmpty
                ? "\(match.page)\n"
                : match.lines.map { "\(match.page):\($0.number): \(visible($0.text))\n" }.joined()
        }.joined()
    }

    var model: [String: Any] {
        let rows: [[String: Any]] = matches.map { match in
            [
                "page": match.page,
                "lines": match.lines.map { ["number": $0.number, "text": $0.text] as [String: Any] },
            ]
        }
        let summary =
            isCut ? "The first \(matches.count) pages that have it." : "\(counted(matches.count, "page"))."
        return [
            "title": "Search", "query": query, "matches": rows, "hasMatches": !rows.isEmpty,
            "summary": matches.isEmpty ? "No page has it." : summary,
        ]
    }
}
