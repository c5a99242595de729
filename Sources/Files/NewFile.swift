// A file that is being written: whoever reads the folder sees it once it is whole, and never a part of it.

import CLinux
import Glibc
import Synchronization
import SystemPackage

/// A file of a folder below a root, before it gets its name.
///
/// It has no name at all (`O_TMPFILE` of open(2)), so that nothing of it outlives the process; on a file system that
/// can't do so, and for the part of a file that is to be continued later, it has a temporary one that begins with
/// ``temporaryPrefix``. Whoever writes it holds its lock (flock(2)), which tells it from what a process left behind.
/// One caller uses it at a time; its methods block.
public final class NewFile: Sendable {
    private let folder: CInt
    private let descriptor: CInt
    private let temporary: [CChar]
    private let state: Atomic<State>
    /// Whether it stays there when this goes.
    private let isPart: Bool

    private enum State: UInt8, AtomicRepresentable {
        case unnamed, temporary, named
    }

    /// What all temporary names begin with; handlers serve no file whose name begins with a dot.
    static let temporaryPrefix = ".portico-"

    private init(
        _ descriptor: CInt, as temporary: [CChar], in folder: CInt, _ state: State, isPart: Bool = false
    ) {
        self.descriptor = descriptor
        self.temporary = temporary
        self.folder = folder
        self.state = Atomic(state)
        self.isPart = isPart
    }

    deinit {
        // What can't be removed has a name that no handler serves. Whoever has to know of an error has synchronised.
        if !isPart, isTemporary { unsafe unlinkat(folder, temporary, 0) }
        close(descriptor)
        close(folder)
    }

    /// Size, identity and times as they are now.
    public func status() throws(FileFailure) -> FileStatus { try RootDirectory.status(of: descriptor) }

    /// Writes at the end.
    public func append(_ bytes: [UInt8]) throws(FileFailure) { try append([bytes]) }

    /// Writes pieces at the end, one behind the other, many in one call: a file system puts them into larger folios
    /// than each by itself.
    public func append(_ pieces: [[UInt8]]) throws(FileFailure) {
        var rest = pieces[...]
        var skipped = 0
        while let first = rest.first {
            let count = unsafe Self.withVectors(rest.prefix(Self.mostVectors), skipped, []) { vectors in
                unsafe writev(descriptor, vectors.baseAddress, CInt(vectors.count))
            }
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw failure("writev")
            }
            skipped += count
            var length = first.count
            while skipped >= length {
                skipped -= length
                rest.removeFirst()
                guard let next = rest.first else { return }
                length = next.count
            }
        }
    }

    /// Less than `IOV_MAX` of limits.h(0p): the pointers are taken one inside the other.
    private static let mostVectors = 64

    /// The pieces as writev(2) takes them, without the first so many bytes.
    private static func withVectors(
        _ pieces: ArraySlice<[UInt8]>, _ skipped: Int, _ vectors: [iovec],
        _ body: (UnsafeBufferPointer<iovec>) -> Int
    ) -> Int {
        guard let piece = pieces.first else {
            return unsafe vectors.withUnsafeBufferPointer { unsafe body($0) }
        }
        return unsafe piece.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: unsafe bytes.dropFirst(skipped))
            let start = unsafe UnsafeMutableRawPointer(mutating: rest.baseAddress)
            let vector = unsafe iovec(iov_base: start, iov_len: rest.count)
            return unsafe withVectors(pieces.dropFirst(), 0, unsafe vectors + [vector], body)
        }
    }

    /// Cuts it to so many bytes.
    public func truncate(to size: UInt64) throws(FileFailure) {
        guard ftruncate(descriptor, off_t(clamping: size)) == 0 else { throw failure("ftruncate") }
    }

    /// Gives it the permissions of a file of the folder, if there is one.
    public func takePermissions(of name: [UInt8]) throws(FileFailure) {
        var present = stat()
        if unsafe fstatat(folder, Self.terminated(name), &present, AT_SYMLINK_NOFOLLOW) == 0,
            present.st_mode & S_IFMT == S_IFREG
        {
            guard fchmod(descriptor, present.st_mode & 0o777) == 0 else { throw failure("fchmod") }
        }
    }

    /// Sets the modification time, in seconds and nanoseconds since 1970.
    func setModificationTime(_ seconds: Int64, _ nanoseconds: Int64) throws(FileFailure) {
        let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
        guard unsafe futimens(descriptor, [time, time]) == 0 else { throw failure("futimens") }
    }

    /// Brings what was written to the disk. A file without this may be empty under its name after a power cut.
    public func synchronise() throws(FileFailure) {
        guard fsync(descriptor) == 0 else { throw failure("fsync") }
    }

    /// Drops it and what it has on the disk, which takes its time for a large one; a file that has its name stays.
    public func discard() {
        guard state.load(ordering: .relaxed) != .named else { return }
        // Nothing can be done about what can't be dropped, and the name is one that no handler serves.
        _ = ftruncate(descriptor, 0)
        if isTemporary { unsafe unlinkat(folder, temporary, 0) }
        state.store(.unnamed, ordering: .relaxed)
    }

    private var isTemporary: Bool { state.load(ordering: .relaxed) == .temporary }

    private func failure(_ call: String) -> FileFailure {
        FileFailure(Errno(rawValue: errno), context: call)
    }

    fileprivate static func terminated(_ name: [UInt8]) -> [CChar] {
        name.map(CChar.init(bitPattern:)) + [0]
    }
}

// MARK: - Naming

extension NewFile {
    /// Gives it its name, which nothing may have: else this fails with `EEXIST`, and it may get another name.
    public func giveName(_ name: [UInt8]) throws(FileFailure) {
        let name = Self.terminated(name)
        if !isTemporary {
            try link(as: name)
        } else if unsafe clinux_renameat2(
            folder, temporary, folder, name, UInt32(CLINUX_RENAME_NOREPLACE)) != 0
        {
            guard errno == EINVAL || errno == ENOSYS else { throw failure("rename") }
            try link(as: name)
            unsafe unlinkat(folder, temporary, 0)
        }
        state.store(.named, ordering: .relaxed)
    }

    /// Gives it its temporary name, so that ``replace(_:)`` needs no more room than there is.
    public func takeTemporaryName() throws(FileFailure) {
        if isTemporary { return }
        try link(as: temporary)
        state.store(.temporary, ordering: .relaxed)
    }

    /// Gives it its name in place of whatever else has it: a link is replaced, not followed. A folder stays, and this
    /// fails.
    public func replace(_ name: [UInt8]) throws(FileFailure) {
        try takeTemporaryName()
        guard unsafe renameat(folder, temporary, folder, Self.terminated(name)) == 0 else {
            throw failure("rename")
        }
        state.store(.named, ordering: .relaxed)
    }

    /// RENAME_EXCHANGE of renameat2(2) takes a folder with all that is in it as gladly as a file.
    ///
    /// - Throws: `EISDIR` if a folder has the name, `.notRegular` if anything else that is neither a file nor a link.
    func checkReplaceable(_ name: [UInt8]) throws(FileFailure) {
        var present = stat()
        // What can't be looked at fails at what comes next.
        guard unsafe fstatat(folder, Self.terminated(name), &present, AT_SYMLINK_NOFOLLOW) == 0 else {
            return
        }
        switch present.st_mode & S_IFMT {
        case S_IFREG, S_IFLNK: return
        case S_IFDIR: throw FileFailure(.isDirectory, context: "rename")
        default: throw FileFailure(.notRegular, context: "what has the name is no regular file")
        }
    }

    /// Exchanges names with the file that has this one, which is then removed.
    ///
    /// - Returns: What that one held, taken in the same instant; nil of a link.
    /// - Throws: `EINVAL` or `ENOSYS` where the file system can't exchange names (renameat2(2)), `ENOENT` if there is
    ///   no such file.
    func exchange(_ name: [UInt8]) throws(FileFailure) -> [UInt8]? {
        try takeTemporaryName()
        let flags = UInt32(CLINUX_RENAME_EXCHANGE)
        guard unsafe clinux_renameat2(folder, temporary, folder, Self.terminated(name), flags) == 0 else {
            throw failure("rename")
        }
        state.store(.named, ordering: .relaxed)
        // What can't be read is not removed.
        let displaced = try contentOfTemporaryName()
        unsafe unlinkat(folder, temporary, 0)
        return displaced
    }

    /// Brings the folder's names to the disk.
    public func synchroniseFolder() throws(FileFailure) { try RootDirectory.synchronise(folder) }

    private func link(as name: [CChar]) throws(FileFailure) {
        let own = "/proc/self/fd/\(descriptor)"
        guard unsafe linkat(AT_FDCWD, own, folder, name, AT_SYMLINK_FOLLOW) == 0 else {
            throw failure("link")
        }
    }

    private func contentOfTemporaryName() throws(FileFailure) -> [UInt8]? {
        let opened = unsafe openat(folder, temporary, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard opened >= 0 else {
            // A symbolic link has no content of its own.
            if errno == ELOOP { return nil }
            throw failure("open")
        }
        let file = OpenFile(takingOwnership: opened, status: try RootDirectory.status(of: opened))
        // It came after it was looked for, and keeps the other name.
        guard file.status.kind == .regular else {
            throw FileFailure(.notRegular, context: "what had the name is no regular file")
        }
        return try file.readBlocking(count: Int(file.status.size), at: 0)
    }
}

// MARK: - Beginning

extension NewFile {
    /// Begins an empty file.
    ///
    /// - Parameters:
    ///   - folder: an open folder, which this takes over.
    ///   - isUnnamed: whether it has no name where the file system can do so.
    static func make(in folder: CInt, isUnnamed: Bool = true) throws(FileFailure) -> NewFile {
        let number = String(UInt64.random(in: .min ... .max), radix: 36)
        let name = terminated(Array("\(temporaryPrefix)\(number)\(suffix)".utf8))
        var descriptor: CInt = -1
        if isUnnamed {
            descriptor = unsafe openat(folder, ".", O_WRONLY | CInt(CLINUX_O_TMPFILE) | O_CLOEXEC, 0o666)
        }
        let isNamed = descriptor < 0 && (!isUnnamed || lacksUnnamedFiles(errno))
        if isNamed {
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
            descriptor = unsafe openat(folder, name, flags, 0o666)
        }
        guard descriptor >= 0 else { throw failure("open", closing: folder) }
        // Nobody else has it; where there are no locks, nothing that was left behind can be told apart either.
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
        return NewFile(descriptor, as: name, in: folder, isNamed ? .temporary : .unnamed)
    }

    /// What open(2) says of a file system without `O_TMPFILE`, or of a kernel that takes it for `O_DIRECTORY`.
    private static func lacksUnnamedFiles(_ error: CInt) -> Bool {
        error == EOPNOTSUPP || error == EISDIR || error == EINVAL
    }

    /// Opens a part that is continued, or begins it.
    ///
    /// - Parameter folder: an open folder, which this takes over.
    /// - Returns: nil if it got its name, or was dropped, in the meantime: there may be another.
    /// - Throws: `.wouldBlock` while somebody else writes it.
    static func openPart(of name: [UInt8], in folder: CInt) throws(FileFailure) -> NewFile? {
        let temporary = terminated(partName(of: name))
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let descriptor = unsafe openat(folder, temporary, flags, 0o666)
        guard descriptor >= 0 else { throw failure("open", closing: folder) }
        let file = NewFile(descriptor, as: temporary, in: folder, .temporary, isPart: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw file.failure("flock") }
        let status = try file.status()
        guard status.kind == .regular else {
            throw FileFailure(.notRegular, context: "the part is no regular file")
        }
        var present = stat()
        guard unsafe fstatat(folder, temporary, &present, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return FileStatus(present).inode == status.inode ? file : nil
    }

    static func partName(of name: [UInt8]) -> [UInt8] {
        Array(temporaryPrefix.utf8) + name + Array(partSuffix.utf8)
    }

    /// The most bytes of a name whose part has a name too.
    public static let mostBytesOfPartsName =
        Int(NAME_MAX) - temporaryPrefix.utf8.count - partSuffix.utf8.count
    static let partSuffix = ".part"
    static let suffix = ".tmp"

    private static func failure(_ call: String, closing folder: CInt) -> FileFailure {
        let error = Errno(rawValue: errno)
        // Closing an O_PATH descriptor can't lose anything.
        close(folder)
        return FileFailure(error, context: call)
    }
}
