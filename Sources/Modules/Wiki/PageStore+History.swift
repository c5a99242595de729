// The revisions of a page: files that are written once. A revision's time is its file's modification time.

import Files
import Synchronization

/// One of the texts that a page has had.
struct Revision: Sendable {
    /// From 1, in the order in which they were made.
    let number: Int
    let size: UInt64
    let modified: ModificationTime

    /// nil of what is no file.
    fileprivate init?(_ number: Int, _ status: FileStatus) {
        guard status.kind == .regular else { return nil }
        self.number = number
        size = status.size
        modified = status.modified
    }
}

extension PageStore {
    /// The revisions of a page, the last first.
    func revisions(of page: PageName) throws(FileFailure) -> [Revision] {
        guard let folder = try openHistory(of: page) else { return [] }
        return try folder.entriesBlocking().compactMap { entry in
            Self.number(entry.name).flatMap { Revision($0, entry.status) }
        }.sorted { $0.number > $1.number }
    }

    /// The last revision of a page; nil if there is none. It looks at that one alone, however many there are.
    func lastRevision(of page: PageName) throws(FileFailure) -> Revision? {
        guard let folder = try openHistory(of: page) else { return nil }
        for number in try folder.namesBlocking().compactMap(Self.number).sorted(by: >) {
            do throws(FileFailure) {
                let path = Self.path(of: page, at: number)
                let status = try root.status(of: path.span, links: .none, mayBlock: true)
                if let revision = Revision(number, status) { return revision }
            } catch  where error.code == .notFound {
                // It went meanwhile.
            }
        }
        return nil
    }

    private func openHistory(of page: PageName) throws(FileFailure) -> OpenFile? {
        do throws(FileFailure) {
            return try root.open(Self.history(of: page).span, links: .none, mayBlock: true)
        } catch  where error.code == .notFound {
            return nil
        }
    }

    /// The number in the name of a revision's file.
    private static func number(_ fileName: [UInt8]) -> Int? {
        let name = String(decoding: fileName, as: UTF8.self)
        let digits = name.dropLast(suffix.count)
        // In the one way in which this writes it: no other name is found again by its number.
        guard name.hasSuffix(suffix), let number = Int(digits), number > 0, String(number) == digits else {
            return nil
        }
        return number
    }

    /// What a page was at a revision; nil if there is none of that number.
    func text(of page: PageName, at number: Int) throws(FileFailure) -> PageText? {
        try read(at: Self.path(of: page, at: number))
    }

    /// Makes a text the page's last revision if it is not, alone.
    func lockedRecord(_ text: PageText, of page: PageName) throws(FileFailure) {
        let last = try lastRevision(of: page)
        if let last, last.size == UInt64(text.bytes.count), last.modified == text.modified { return }
        try writing.withLock { _ throws(FileFailure) in
            // It may have been replaced before the lock was had, and is a revision then.
            guard try read(page) == text else { return }
            try record(text, of: page)
        }
    }

    /// Makes a text the page's last revision if it is not; the lock is held.
    func record(_ text: PageText, of page: PageName) throws(FileFailure) {
        let last = try lastRevision(of: page)
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
        try append(bytes, of: page, modified: nil, after: try lastRevision(of: page))
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
