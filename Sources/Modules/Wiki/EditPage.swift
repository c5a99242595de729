// The form that a page is edited in, and the one that brings two texts together.

/// A page's text in a form; also what a save that failed gives back, so that nothing typed is lost.
struct EditPage: WikiPage {
    struct Document: Encodable {
        let name: String
        let text: String
        let base: String
        let error: String?
    }

    static let template = "edit"
    let site: WikiSite
    let name: PageName
    let source: String
    /// The mark of the page that the text was made from; empty if there is none.
    let base: String
    /// Why the text is not saved; nil if nobody tried.
    var notice: String?

    var document: Document { Document(name: "\(name)", text: source, base: base, error: notice) }
    var text: String { notice.map { $0 + "\n" } ?? source }
    var model: [String: Any] {
        var model: [String: Any] = [
            "title": "Edit \(name)", "name": "\(name)", "base": base, "isNew": base.isEmpty,
            "source": escapedExactly(source),
        ]
        model["notice"] = notice
        return model
    }
}

/// A save on a page that has changed meanwhile: both texts, and a form to bring them together.
///
/// The text form is the difference of the two; JSON has them as `current` and `yours`.
struct ConflictPage: WikiPage {
    struct Document: Encodable {
        let error = "outdated"
        let name: String
        let current: String
        let yours: String
        let base: String

        enum CodingKeys: CodingKey { case error, name, current, yours, base }
    }

    static let template = "conflict"
    let site: WikiSite
    let name: PageName
    /// The page as it is now; empty if it is gone.
    let current: PageText?
    let yours: String

    private var now: String { current?.text ?? "" }
    private var base: String { current?.mark ?? "" }

    var document: Document { Document(name: "\(name)", current: now, yours: yours, base: base) }

    var text: String {
        "\(name) has changed meanwhile, and nothing was saved. To save over it: base=\(base)\n"
            + UnifiedDifference(from: now, to: yours).text(from: "now", to: "yours")
    }

    var model: [String: Any] {
        [
            "title": "\(name) has changed", "name": "\(name)", "base": base, "source": escapedExactly(yours),
            "rows": Self.sides(LineDifference.lines(from: now, to: yours)),
        ]
    }

    /// The lines of both texts side by side: what was removed beside what was added in its place.
    private static func sides(_ lines: [DifferenceLine]) -> [[String: Any]] {
        var rows: [[String: Any]] = []
        var (left, right): ([String], [String]) = ([], [])
        func flush() {
            for index in 0..<max(left.count, right.count) {
                let (one, other) = (index < left.count, index < right.count)
                rows.append([
                    "left": one ? left[index] : "", "leftClass": one ? "removed" : "",
                    "right": other ? right[index] : "", "rightClass": other ? "added" : "",
                ])
            }
            (left, right) = ([], [])
        }
        for line in lines {
            switch line.kind {
            case .removed: left.append(line.text)
            case .added: right.append(line.text)
            case .same:
                flush()
                rows.append(["left": line.text, "leftClass": "", "right": line.text, "rightClass": ""])
            }
        }
        flush()
        return rows
    }
}

/// Escapes for the content of an element and changes nothing else: what stands in a form comes back as it was, control
/// characters too.
private func escapedExactly(_ text: String) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "<"): output += Array("&lt;".utf8)
        case UInt8(ascii: ">"): output += Array("&gt;".utf8)
        case UInt8(ascii: "&"): output += Array("&amp;".utf8)
        case UInt8(ascii: "\""): output += Array("&quot;".utf8)
        case UInt8(ascii: "'"): output += Array("&#39;".utf8)
        default: output.append(byte)
        }
    }
    return String(decoding: output, as: UTF8.self)
}
