// The revisions of a page, and what differs between two of them.

/// The revisions of a page, the last first; the text form has number, time and size of each in a line.
struct HistoryPage: WikiPage {
    struct Document: Encodable {
        let name: String
        let base: String
        let revisions: [Item]
    }

    struct Item: Encodable {
        let number: Int
        let size: UInt64
        let modified: String
        let url: String
    }

    static let template = "history"
    let site: WikiSite
    let name: PageName
    let revisions: [Revision]
    /// The mark of the page as it is; empty if there is none.
    let base: String

    var document: Document {
        Document(
            name: "\(name)", base: base,
            revisions: revisions.map { revision in
                Item(
                    number: revision.number, size: revision.size,
                    modified: timestamp(revision.modified.seconds),
                    url: "\(site.mount)/view/\(name)?revision=\(revision.number)")
            })
    }

    var text: String {
        revisions.map { "\($0.number) \(timestamp($0.modified.seconds)) \($0.size)\n" }.joined()
    }

    var model: [String: Any] {
        let rows: [[String: Any]] = revisions.enumerated().map { index, revision in
            [
                "number": revision.number, "size": Modules.size(revision.size),
                "time": minute(revision.modified.seconds),
                // A page that is gone can be brought back at its last revision.
                "isCurrent": index == 0 && !base.isEmpty, "isTo": index == 0,
                "isFrom": index == min(1, revisions.count - 1), "base": base,
            ]
        }
        return [
            "title": "History of \(name)", "name": "\(name)", "revisions": rows,
            "hasRevisions": !rows.isEmpty,
        ]
    }
}

/// What differs between two revisions; the text form can be given to patch(1).
struct DifferencePage: WikiPage {
    struct Document: Encodable {
        let name: String
        let from: Int
        let to: Int
        let added: Int
        let removed: Int
        let diff: String
    }

    static let template = "diff"
    let site: WikiSite
    let name: PageName
    let from: Int
    let to: Int
    let difference: UnifiedDifference

    var document: Document {
        Document(
            name: "\(name)", from: from, to: to, added: difference.added, removed: difference.removed,
            diff: text)
    }

    var text: String { difference.text(from: "\(name) \(from)", to: "\(name) \(to)") }

    var model: [String: Any] {
        let hunks: [[String: Any]] = difference.hunks.map { ["lines": $0.map(Self.row)] }
        return [
            "title": "\(name) from \(from) to \(to)", "name": "\(name)", "from": from, "to": to,
            "hunks": hunks,
            "hasHunks": !hunks.isEmpty, "summary": difference.summary,
        ]
    }

    private static func row(_ line: DifferenceLine) -> [String: Any] {
        [
            "kind": line.kind.styleClass, "sign": line.kind.sign, "text": line.text,
            "before": line.before.map(String.init) ?? "", "after": line.after.map(String.init) ?? "",
        ]
    }
}
