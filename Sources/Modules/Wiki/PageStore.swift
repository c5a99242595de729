// The pages' folder: PAGE.md for each page, .history/PAGE/N.md for each of its revisions. All of it blocks.

import Files
import Synchronization
import SystemPackage

/// Reads pages and replaces them so that nothing that was ever in one is lost.
///
/// A page's own file is what counts. Whatever is found in it that is not its last revision, because somebody used an
/// editor or because the process ended in between, becomes a revision at the next look and before it is replaced.
final class PageStore: Sendable {
    /// A page of the folder.
    struct Entry: Sendable {
        let name: PageName
        let status: FileStatus
    }

    /// What became of a save.
    enum Outcome: Sendable {
        case saved
        /// The page is no longer what the save was made from; nil if it is not there.
        case outdated(PageText?)
    }

    let root: RootDirectory
    /// Held while a page is replaced or a revision made; by threads of the blocking pool only.
    let writing = Mutex(())

    init(root: RootDirectory) { self.root = root }

    /// All pages, by name.
    func pages() throws(FileFailure) -> [Entry] {
        let top: [UInt8] = []
        let folder = try root.open(top.span, links: .none, mayBlock: true)
        return try folder.entriesBlocking().compactMap { entry in
            guard entry.status.kind == .regular, !entry.isLink, entry.status.size <= Self.mostBytes,
                let name = Self.page(entry.name)
            else {
                return nil
            }
            return Entry(name: name, status: entry.status)
        }.sorted { $0.name < $1.name }
    }

    /// A page as it is now; nil if there is none.
    func read(_ page: PageName) throws(FileFailure) -> PageText? { try read(at: Self.path(of: page)) }

    /// A page as it is now, and its last revision is what it holds, if a revision can be made at all.
    func look(at page: PageName) throws(FileFailure) -> PageText? {
        guard let current = try read(page) else { return nil }
        do throws(FileFailure) {
            try lockedRecord(current, of: page)
        } catch {
            // A folder that may only be read is a wiki to read; a save will say what is wrong.
        }
        return current
    }

    /// Replaces a page, or makes it.
    ///
    /// - Parameter mark: The mark of the text that it was made from; empty for a page that was not there, nil for
    ///   one that may be anything.
    func save(_ page: PageName, _ bytes: [UInt8], madeFrom mark: String?) throws(FileFailure) -> Outcome {
        try writing.withLock { _ throws(FileFailure) in try replace(page, bytes, madeFrom: mark) }
    }

    private func replace(_ page: PageName, _ bytes: [UInt8], madeFrom mark: String?) throws(FileFailure)
        -> Outcome
    {
        let current = try read(page)
        if let mark, mark != current?.mark ?? "" { return .outdated(current) }
        if let current {
            try record(current, of: page)
            if current.bytes == bytes { return .saved }
        }
        do throws(FileFailure) {
            let replacement: RootDirectory.Replacement = current == nil ? .none : .any
            let displaced = try root.writeBlocking(bytes, to: Self.path(of: page), replacing: replacement)
            // Somebody's editor came in between: older than what was saved just now, and not lost.
            if let displaced, displaced != current?.bytes { try append(displaced, of: page) }
        } catch  where error.errno == .fileExists {
            return .outdated(try read(page))
        }
        do throws(FileFailure) {
            if let saved = try read(page) { try record(saved, of: page) }
        } catch {
            // The page has the text: it is saved, and the next look makes it a revision.
        }
        return .saved
    }

    func read(at path: [UInt8]) throws(FileFailure) -> PageText? {
        do throws(FileFailure) {
            let file = try root.open(path.span, links: .none, mayBlock: true)
            guard file.status.kind == .regular, file.status.size <= Self.mostBytes else { return nil }
            let bytes = try file.readBlocking(count: Int(file.status.size), at: 0)
            return PageText(bytes: bytes, modified: file.status.modified)
        } catch  where error.code == .notFound {
            return nil
        }
    }

    static func path(of page: PageName) -> [UInt8] { Array("\(page)\(suffix)".utf8) }

    static let suffix = ".md"
    /// What is larger is no page, whoever put it there: pages are held in memory as a whole.
    private static let mostBytes: UInt64 = 4 << 20

    private static func page(_ fileName: [UInt8]) -> PageName? {
        let name = String(decoding: fileName, as: UTF8.self)
        return name.hasSuffix(suffix) ? PageName(name.dropLast(suffix.count)) : nil
    }
}
