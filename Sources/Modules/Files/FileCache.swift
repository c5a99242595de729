// Small files in memory, bounded in bytes, and a few large ones, open for a second. An entry is only ever a guess:
// whoever takes it asks the file system, on every request, whether the file at its path is still the one that was read.

import Files
import HTTPCore
import Synchronization
import Threads

/// Files that were served lately, by the path that asked for them.
///
/// What saves time is not the reading but the opening, the describing and the fields; what makes it safe is
/// ``FileHandler``, which compares the whole status on each request, and ``Files/FileStatus/isSettled(for:)``, which
/// keeps a file out as long as a change could hide within a tick of the kernel's clock (git calls such an entry
/// racily clean). A program that writes through a shared mapping is the exception, here as for every server's
/// validators: the kernel stamps its first store to a page, not the next.
final class FileCache: Sendable {
    /// A file and the path below the root that led to it, and its neighbours in other codings.
    final class Entry: Sendable {
        let path: [UInt8]
        let facts: FileFacts
        let content: FileContent
        let neighbours: [EncodedNeighbour]
        /// Whether the file is compressed for who takes it.
        let isCompressed: Bool
        /// What was served of it in a coding, by its name.
        let encoded: [String: FileRepresentation]
        /// When there were these neighbours and no others.
        let madeAt: MonotonicInstant

        init(
            path: [UInt8], facts: FileFacts, content: FileContent, neighbours: [EncodedNeighbour] = [],
            isCompressed: Bool = false, encoded: [String: FileRepresentation] = [:],
            madeAt: MonotonicInstant = .current()
        ) {
            self.path = path
            self.facts = facts
            self.content = content
            self.neighbours = neighbours
            self.isCompressed = isCompressed
            self.encoded = encoded
            self.madeAt = madeAt
        }

        /// Whether it depends on the request which representation is sent.
        var isNegotiated: Bool { isCompressed || !neighbours.isEmpty }

        /// Whether it was made less than a second ago.
        func isRecent(_ now: MonotonicInstant) -> Bool { now < madeAt.adding(nanoseconds: 1_000_000_000) }

        /// The same with one more representation.
        func adding(_ other: FileRepresentation, _ coding: String) -> Entry {
            Entry(
                path: path, facts: facts, content: content, neighbours: neighbours,
                isCompressed: isCompressed,
                encoded: encoded.merging([coding: other]) { $1 }, madeAt: madeAt)
        }

        /// The contents in memory, and about what the fields take besides, in bytes.
        var cost: Int {
            let bytes = isInMemory ? Int(content.length) : 0
            return encoded.values.reduce(bytes + 1_024) { $0 + Int($1.content.length) + 1_024 }
        }

        /// Whether it holds the content, and not an open file.
        var isInMemory: Bool { content.isInMemory }
    }

    private struct State {
        var entries: [Key: (entry: Entry, lookedUp: MonotonicInstant?)] = [:]
        var bytes = 0
        /// Those of files that are open.
        var open: Set<Key> = []
        /// Open files that are to be closed, but not under the lock: the last close(2) of a file that was deleted frees its
        /// blocks, which may take long.
        var leaving: [Entry] = []
        /// Whether somebody sees to it that they are closed.
        var isClosing = false

        mutating func remove(_ key: Key) {
            guard let (entry, _) = entries.removeValue(forKey: key) else { return }
            bytes -= entry.cost
            if open.remove(key) != nil { leaving.append(entry) }
        }
    }

    /// A request's path by its bytes: `String` compares by canonical equivalence, file names do not.
    private struct Key: Hashable {
        let path: String

        static func == (one: Key, other: Key) -> Bool {
            one.path.utf8.span.isEqual(other.path.utf8.span)
        }
    }

    /// How many files are open at most.
    static let mostOpen = 64

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: The most bytes of contents and of what is said of them.
    init(limit: Int) {
        self.limit = limit
    }

    /// What was served for a path the last time, and before which look at the file system it was the same still.
    subscript(path: String) -> (entry: Entry, lookedUp: MonotonicInstant?)? {
        state.withLock { $0.entries[Key(path: path)] }
    }

    /// Notes a moment, and that a look at the file system after it found the file unchanged.
    func noteLookUp(of path: String, at moment: MonotonicInstant) {
        state.withLock { $0.entries[Key(path: path)]?.lookedUp = moment }
    }

    /// How many files there are.
    var count: Int { state.withLock { $0.entries.count } }

    /// Keeps a file, at the cost of others; which ones is up to the hash, which is as good as any order.
    func insert(_ entry: Entry, for path: String) {
        guard entry.cost <= limit else { return }
        let key = Key(path: path)
        let isFirstOpen = state.withLock { state in
            state.remove(key)
            let openCount = state.open.count + state.leaving.count
            guard entry.isInMemory || openCount < Self.mostOpen else { return false }
            while state.bytes + entry.cost > limit, let other = state.entries.first?.key {
                state.remove(other)
            }
            state.entries[key] = (entry, nil)
            state.bytes += entry.cost
            guard !entry.isInMemory else { return false }
            state.open.insert(key)
            defer { state.isClosing = true }
            return !state.isClosing
        }
        if isFirstOpen { closeInTime() }
    }

    /// Closes files a second later, until none is open: a file that was removed takes room on its disk until then, and
    /// its file system can't be unmounted.
    private func closeInTime() {
        do throws(ThreadFailure) {
            try Thread(name: "files") { [weak self] in
                let second = Monitor(())
                repeat { second.wait(atMost: .seconds(1)) { false } } while self?.closeOld(.current()) == true
            }.detach()
        } catch {
            // There is no room for a thread: nothing stays open, and files are opened for each request.
            _ = closeOld(.never)
        }
    }

    /// Closes the files that were opened more than a second ago, and those that were replaced.
    ///
    /// - Returns: Whether others are open.
    func closeOld(_ now: MonotonicInstant) -> Bool {
        // Let go behind the lock.
        var closed: [Entry] = []
        return state.withLock { state in
            for key in state.open where state.entries[key]?.entry.isRecent(now) != true { state.remove(key) }
            swap(&closed, &state.leaving)
            state.isClosing = !state.open.isEmpty
            return state.isClosing
        }
    }

    /// Forgets a path, whose file is no longer the one that was read.
    func remove(_ path: String) {
        state.withLock { $0.remove(Key(path: path)) }
    }
}
