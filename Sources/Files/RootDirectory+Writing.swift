// Whole files written below a root: complete on the disk before they have their name, so that nobody ever sees a part.

import CLinux
import Glibc
import SystemPackage

extension RootDirectory {
    /// What a written file does to one that has its name.
    public enum Replacement: Sendable {
        /// Nothing may have the name: else the write fails with `EEXIST`.
        case none
        /// A file or link that has the name is taken away, and the file's content returned.
        case any
    }

    /// Writes a file as a whole: into a temporary file of the same folder, which is synchronised with the disk and
    /// renamed; then the folder is synchronised.
    ///
    /// It blocks. The file gets the permissions of the one that it replaces.
    ///
    /// - Parameters:
    ///   - path: The file below the root; its folder exists. No symbolic link is followed.
    ///   - modified: The modification time that the file gets, in seconds and nanoseconds since 1970; nil for now.
    /// - Returns: What the file that had the name held, taken in the same instant; nil if there was none, or if the
    ///   file system can't exchange two names (renameat2(2)).
    /// - Throws: what the call says that failed; `EISDIR` when a folder is to be replaced, `.notRegular` for anything
    ///   else that is neither a file nor a link.
    public func writeBlocking(
        _ bytes: [UInt8], to path: [UInt8], replacing: Replacement, modified: (Int64, Int64)? = nil
    ) throws(FileFailure) -> [UInt8]? {
        let place = try Place(path, in: self)
        if replacing == .any { try place.checkReplaceable() }
        let temporary = ".portico-\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
        var leftover: String? = temporary
        defer {
            // Mostly renamed by now. What can't be removed has a name that no handler serves.
            if let leftover { unsafe unlinkat(place.folder, leftover, 0) }
        }
        try place.create(temporary, bytes, modified)
        let displaced: [UInt8]?
        switch replacing {
        case .none:
            try place.giveName(to: temporary)
            displaced = nil
        case .any where try place.exchange(temporary):
            // What can't be read is not removed.
            leftover = nil
            displaced = try place.content(of: temporary)
            leftover = temporary
        case .any:
            try place.replace(with: temporary)
            displaced = nil
        }
        try place.synchronise()
        return displaced
    }

    /// Makes a folder below the root, and those that lead to it; one that exists is left alone. It blocks.
    public func makeFolderBlocking(_ path: [UInt8]) throws(FileFailure) {
        let slash = UInt8(ascii: "/")
        for (index, byte) in (path + [slash]).enumerated() where byte == slash && index > 0 {
            let place = try Place(Array(path.prefix(index)), in: self)
            guard unsafe mkdirat(place.folder, place.name, 0o777) != 0 else {
                try place.synchronise()
                continue
            }
            let error = Errno(rawValue: errno)
            guard error == .fileExists else { throw FileFailure(error, context: "mkdir") }
        }
    }
}

/// A name in an open folder.
private struct Place: ~Copyable {
    let folder: CInt
    let name: [CChar]

    init(_ path: [UInt8], in root: RootDirectory) throws(FileFailure) {
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        folder = try root.find(Array(path[..<(slash ?? 0)]).span, links: .none, mayBlock: true)
        name = path[(slash.map { $0 + 1 } ?? 0)...].map(CChar.init(bitPattern:)) + [0]
    }

    deinit {
        // Closing an O_PATH descriptor can't lose anything.
        close(folder)
    }

    /// RENAME_EXCHANGE of renameat2(2) takes a folder with all that is in it as gladly as a file.
    func checkReplaceable() throws(FileFailure) {
        var present = stat()
        // What can't be looked at fails at what comes next.
        guard unsafe fstatat(folder, name, &present, AT_SYMLINK_NOFOLLOW) == 0 else { return }
        switch present.st_mode & S_IFMT {
        case S_IFREG, S_IFLNK: return
        case S_IFDIR: throw FileFailure(.isDirectory, context: "rename")
        default: throw FileFailure(.notRegular, context: "what has the name is no regular file")
        }
    }

    /// Makes a new file with all its bytes on the disk, and the permissions of the one at this place.
    func create(_ new: String, _ bytes: [UInt8], _ modified: (Int64, Int64)?) throws(FileFailure) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = unsafe openat(folder, new, flags, 0o666)
        guard file >= 0 else { throw failure("open") }
        var isOpen = true
        // An error is on its way already.
        defer { if isOpen { close(file) } }
        var present = stat()
        if unsafe fstatat(folder, name, &present, AT_SYMLINK_NOFOLLOW) == 0,
            present.st_mode & S_IFMT == S_IFREG
        {
            guard fchmod(file, present.st_mode & 0o777) == 0 else { throw failure("fchmod") }
        }
        try Self.write(bytes, to: file)
        if let (seconds, nanoseconds) = modified {
            let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
            guard unsafe futimens(file, [time, time]) == 0 else { throw failure("futimens") }
        }
        guard fsync(file) == 0 else { throw failure("fsync") }
        isOpen = false
        guard close(file) == 0 else { throw failure("close") }
    }

    private static func write(_ bytes: [UInt8], to file: CInt) throws(FileFailure) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(file, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw FileFailure(Errno(rawValue: errno), context: "write")
            }
        }
    }

    func replace(with new: String) throws(FileFailure) {
        guard unsafe renameat(folder, new, folder, name) == 0 else { throw failure("rename") }
    }

    /// Gives a new file its name, which nothing may have; where renameat2(2) can't, it keeps the other one beside it.
    func giveName(to new: String) throws(FileFailure) {
        if unsafe clinux_renameat2(folder, new, folder, name, UInt32(CLINUX_RENAME_NOREPLACE)) == 0 { return }
        guard errno == EINVAL || errno == ENOSYS else { throw failure("rename") }
        guard unsafe linkat(folder, new, folder, name, 0) == 0 else { throw failure("link") }
    }

    /// Exchanges the names of a new file and the one at this place; false if there is none, or the file system
    /// can't.
    func exchange(_ new: String) throws(FileFailure) -> Bool {
        let flags = UInt32(CLINUX_RENAME_EXCHANGE)
        if unsafe clinux_renameat2(folder, new, folder, name, flags) == 0 { return true }
        if [ENOENT, EINVAL, ENOSYS].contains(errno) { return false }
        throw failure("rename")
    }

    func content(of other: String) throws(FileFailure) -> [UInt8]? {
        let descriptor = unsafe openat(folder, other, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            // A symbolic link has no content of its own.
            if errno == ELOOP { return nil }
            throw failure("open")
        }
        let file = OpenFile(takingOwnership: descriptor, status: try RootDirectory.status(of: descriptor))
        // It came after it was looked for, and keeps the other name.
        guard file.status.kind == .regular else {
            throw FileFailure(.notRegular, context: "what had the name is no regular file")
        }
        return try file.readBlocking(count: Int(file.status.size), at: 0)
    }

    /// Brings the folder's names to the disk.
    func synchronise() throws(FileFailure) {
        let readable = unsafe openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard readable >= 0 else { throw failure("open") }
        // Nothing was written through it.
        defer { close(readable) }
        guard fsync(readable) == 0 else { throw failure("fsync") }
    }

    private func failure(_ call: String) -> FileFailure {
        FileFailure(Errno(rawValue: errno), context: call)
    }
}
