// The revisions of a page: files that are written once. A revision's time is its file's modification time.

import Files
import Synchronization

/// One of the texts that a page has had.
struct Revision: Sendable {
    /// From 1, in the order in which they were made.
    let number: Int
    let size: UInt64
    let modified: ModificationTime
}

extension PageStore {
    /// The revisions of a page, the last first.
    func revisions(of page: PageName) throws(FileFailure) -> [Revision] {
        let folder = Self.history(of: page)
        let entries: [DirectoryEntry]
        do throws(FileFailure) {
            entries = try root.open(folder.span, links: .none, mayBlock: true).entriesBlocking()
        } catch  where error.code == .notFound {
            return []
        }
        return entries.compactMap { entry in
            let name = String(decoding: entry.name, as: UTF8.self)
            guard entry.status.kind == .regular, name.hasSuffix(Self.suffix),
                let number = Int(name.dropLast(Self.suffix.count)), number > 0
            else { return nil }
            return Revision(number: number, size: entry.status.size, modified: entry.status.modified)
        }.sorted { $0.number > $1.number }
    }

    /// What a page was at a revision; nil if there is none of that number.
    func text(of page: PageName, at number: Int) throws(FileFailure) -> PageText? {
        try read(at: Self.path(of: page, at: number))
    }

    /// Makes a text the page's last revision if it is not, alone.
    func lockedRecord(_ text: PageText, of page: PageName) throws(FileFailure) {
        let last = try revisions(of: page).first
        if let last, last.size == UInt64(text.bytes.count), last.modified == text.modified { return }
        try writing.withLock { _ throws(FileFailure) in
            // It may have been replaced before the lock was had, and is a revision then.
            guard try read(page) == text else { return }
            try record(text, of: page)
        }
    }

    /// Makes a text the page's last revision if it is not; the lock is held.
    func record(_ text: PageText, of page: PageName) throws(FileFailure) {
        let last = try revisions(of: page).first
        // Time and size don't tell: a file may have been touched, or changed within a tick of the clock.
        if let last, last.size == UInt64(text.bytes.count),
            try self.text(of: page, at: last.number)?.bytes == text.bytes
        {
            return
        }
        try append(text.bytes, of: page, modified: text.modified, after: last)
    }

    /// Appends a text to the revisions of a page; the lock is held.
    func append(_ bytes: [UInt8], of page: PageName) throws(FileFailure) {
        try append(bytes, of: page, modified: nil, after: try revisions(of: page).first)
    }

    private func append(
        _ bytes: [UInt8], of page: PageName, modified: ModificationTime?, after last: Revision?
    ) throws(FileFailure) {
        if last == nil { try root.makeFolderBlocking(Self.history(of: page)) }
        let path = Self.path(of: page, at: (last?.number ?? 0) + 1)
        let time = modified.map { ($0.seconds, $0.nanoseconds) }
        _ = try root.writeBlocking(bytes, to: path, replacing: .none, modified: time)
    }

    private static func history(of page: PageName) -> [UInt8] { Array(".history/\(page)".utf8) }

    private static func path(of page: PageName, at number: Int) -> [UInt8] {
        history(of: page) + Array("/\(number)\(suffix)".utf8)
    }
}
