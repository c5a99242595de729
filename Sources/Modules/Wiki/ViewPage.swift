// A page to read, as it is or as it was; and the page that offers to make one.

import HTTPCore
import Markdown

/// A page; the text form is its text as it stands in the file.
struct ViewPage: WikiPage {
    struct Document: Encodable {
        let name: String
        let text: String
        let html: String
        let modified: String
        let base: String
        let revision: Int?
        let backlinks: [String]
    }

    static let template = "view"
    let site: WikiSite
    let name: PageName
    let content: PageText
    /// The number of the revision that is shown; nil for the page as it is.
    let revision: Int?
    /// The mark of the page as it is, which a restore is made from; empty if there is none.
    let base: String
    let pages: Set<PageName>
    let backlinks: [PageName]

    var text: String { content.text }

    var document: Document {
        Document(
            name: "\(name)", text: content.text, html: body, modified: timestamp(content.modified.seconds),
            base: base,
            revision: revision, backlinks: backlinks.map(\.description))
    }

    var model: [String: Any] {
        var model: [String: Any] = [
            "title": "\(name)", "name": "\(name)", "html": body, "modified": minute(content.modified.seconds),
            "backlinks": backlinks.map(\.description), "hasBacklinks": !backlinks.isEmpty,
        ]
        if let revision {
            model["old"] =
                ["number": revision, "time": minute(content.modified.seconds), "base": base] as [String: Any]
        }
        return model
    }

    private var body: String {
        Markdown.html(content.text) { reference in
            guard let page = PageName(reference) else { return nil }
            return Markdown.Target(
                "\(site.mount)/view/\(page)", styleClass: pages.contains(page) ? nil : "absent")
        }
    }
}

/// What is shown in place of a page that is not there.
struct AbsentPage: WikiPage {
    struct Document: Encodable {
        let name: String
        let exists = false
        let edit: String
        let backlinks: [String]

        enum CodingKeys: CodingKey { case name, exists, edit, backlinks }
    }

    static let template = "absent"
    let site: WikiSite
    let name: PageName
    let hasHistory: Bool
    let backlinks: [PageName]

    var text: String { "There is no page \(name) yet. To make it: \(site.mount)/edit/\(name)\n" }
    var document: Document {
        Document(name: "\(name)", edit: "\(site.mount)/edit/\(name)", backlinks: backlinks.map(\.description))
    }
    var model: [String: Any] {
        [
            "title": "\(name)", "name": "\(name)", "hasHistory": hasHistory,
            "backlinks": backlinks.map(\.description), "hasBacklinks": !backlinks.isEmpty,
        ]
    }
}
