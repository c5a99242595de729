// Changes below a folder, inotify(7), which watches single folders: each one below is watched by itself.

import CLinux
import Glibc
import SystemPackage

/// Says when something changed below a root. It belongs to one thread, which waits with it.
public final class FolderWatch {
    private let root: RootDirectory
    private let descriptor: CInt
    private let showsHidden: Bool
    /// The folders that are watched, by inotify's number of each.
    private var folders: [CInt: [UInt8]] = [:]

    /// The most folders that are watched; the system has its own limit for all of a user's programs.
    private static let mostFolders = 8_192
    private static let events =
        IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF

    /// Watches a folder and those below it; symbolic links to folders are not followed. It blocks.
    ///
    /// - Parameter showsHidden: Whether names that start with a dot count, and folders of such names.
    /// - Throws: ``FileFailure`` when the user has no room for another watch (inotify(7), limits).
    public init(_ root: RootDirectory, showsHidden: Bool) throws(FileFailure) {
        self.root = root
        self.showsHidden = showsHidden
        descriptor = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else {
            throw FileFailure(Errno(rawValue: errno), context: "inotify_init1")
        }
        watch([])
    }

    deinit { close(descriptor) }

    /// Waits for a change, and until no other follows at once.
    ///
    /// - Returns: Whether there was one in so many milliseconds.
    public func waitBlocking(milliseconds: CInt) -> Bool {
        guard isReadable(within: milliseconds), take() else { return false }
        // Editors and compilers write many files in a row.
        for _ in 0..<20 where isReadable(within: 50) { _ = take() }
        return true
    }

    private func isReadable(within milliseconds: CInt) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }

    /// Takes what has come, and watches folders that are new.
    ///
    /// - Returns: Whether something that counts was among it.
    private func take() -> Bool {
        var hasChanged = false
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = unsafe read(descriptor, &bytes, bytes.count)
            guard count > 0 else { return hasChanged }
            var rest = bytes[..<count]
            while let event = Event(&rest) {
                if handle(event) { hasChanged = true }
            }
        }
    }

    private func handle(_ event: Event) -> Bool {
        if event.mask & UInt32(IN_Q_OVERFLOW) != 0 {
            // What was lost may have been a new folder.
            watch([])
            return true
        }
        guard let folder = folders[event.watch] else { return false }
        if event.mask & UInt32(IN_IGNORED) != 0 { folders[event.watch] = nil }
        guard isCounted(event.name) else { return false }
        let isNew = event.mask & UInt32(IN_CREATE | IN_MOVED_TO) != 0
        if event.mask & UInt32(IN_ISDIR) != 0, isNew { watch(Self.path(folder, event.name)) }
        return true
    }

    private func isCounted(_ name: [UInt8]) -> Bool { showsHidden || name.first != UInt8(ascii: ".") }

    private static func path(_ folder: [UInt8], _ name: [UInt8]) -> [UInt8] {
        folder.isEmpty ? name : folder + [UInt8(ascii: "/")] + name
    }

    /// Watches a folder and those below it. One that can't be watched is gone or not to be read: nothing is served of
    /// it either.
    private func watch(_ path: [UInt8]) {
        var waiting = [path]
        while let path = waiting.popLast(), folders.count < Self.mostFolders {
            do throws(FileFailure) {
                let folder = try root.open(path.span, links: .none, mayBlock: true)
                guard folder.status.kind == .directory, add(folder, path) else { continue }
                waiting += try folder.foldersBlocking().filter(isCounted).map { Self.path(path, $0) }
            } catch {
                // Gone, or not to be read.
                continue
            }
        }
    }

    private func add(_ folder: OpenFile, _ path: [UInt8]) -> Bool {
        let number = unsafe inotify_add_watch(
            descriptor, "/proc/self/fd/\(folder.descriptor)", UInt32(Self.events))
        guard number >= 0 else { return false }
        folders[number] = path
        return true
    }

    /// One `struct inotify_event`.
    private struct Event {
        let watch: CInt
        let mask: UInt32
        let name: [UInt8]

        /// Takes the first event of what was read; nil if there is no other.
        init?(_ bytes: inout ArraySlice<UInt8>) {
            guard bytes.count >= 16 else { return nil }
            let words = stride(from: 0, to: 16, by: 4).map { start in
                (0..<4).reduce(UInt32(0)) {
                    $0 | UInt32(bytes[bytes.startIndex + start + $1]) << UInt32(8 * $1)
                }
            }
            watch = CInt(bitPattern: words[0])
            mask = words[1]
            let end = bytes.startIndex + 16 + Int(words[3])
            name = Array(bytes[(bytes.startIndex + 16)..<end].prefix { $0 != 0 })
            bytes = bytes[end...]
        }
    }
}
