// What all pages say: their references and texts, read again only where a file has changed.

import Files
import Markdown
import Synchronization

/// Finds the pages that refer to a page, and those that have words in them. It blocks.
final class PageIndex: Sendable {
    private struct Known {
        let status: FileStatus
        let references: Set<PageName>
    }

    private let store: PageStore
    private let known = Mutex<[PageName: Known]>([:])

    init(_ store: PageStore) { self.store = store }

    /// The pages that refer to a page, by name; the page itself does not count.
    func pages(referringTo page: PageName, among pages: [PageStore.Entry]) throws(FileFailure) -> [PageName] {
        var found: [PageName] = []
        for entry in pages where entry.name != page {
            if try references(of: entry).contains(page) { found.append(entry.name) }
        }
        return found
    }

    private func references(of entry: PageStore.Entry) throws(FileFailure) -> Set<PageName> {
        if let known = known.withLock({ $0[entry.name] }), known.status == entry.status {
            return known.references
        }
        guard let text = try store.read(entry.name) else { return [] }
        let references = Set(Markdown.references(in: text.text).compactMap { PageName($0) })
        // A change in the tick of the last one would not show in the status.
        if entry.status.isSettled(for: 2) {
            known.withLock { $0[entry.name] = Known(status: entry.status, references: references) }
        }
        return references
    }
}

/// A page that has all the words that were searched for.
struct SearchMatch: Sendable, Encodable {
    struct Line: Sendable, Encodable {
        let number: Int
        let text: String
    }

    let page: String
    /// The first lines that have one of the words.
    let lines: [Line]
}

extension PageIndex {
    /// The pages whose name and text have all of some words, in any case; at most as many as `limit`.
    func pages(with words: [String], limit: Int) throws(FileFailure) -> [SearchMatch] {
        var matches: [SearchMatch] = []
        for entry in try store.pages() where matches.count < limit {
            guard let text = try store.read(entry.name)?.text else { continue }
            let haystack = "\(entry.name)\n\(text)".lowercased()
            guard words.allSatisfy({ haystack.contains($0) }) else { continue }
            matches.append(SearchMatch(page: "\(entry.name)", lines: Self.lines(of: text, with: words)))
        }
        return matches
    }

    private static func lines(of text: String, with words: [String]) -> [SearchMatch.Line] {
        var lines: [SearchMatch.Line] = []
        // CRLF is one character.
        let all = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, line) in all.enumerated() {
            let lowered = line.lowercased()
            guard words.contains(where: { lowered.contains($0) }) else { continue }
            lines.append(SearchMatch.Line(number: index + 1, text: String(line.prefix(200))))
            if lines.count == 3 { break }
        }
        return lines
    }
}
