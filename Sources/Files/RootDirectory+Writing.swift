// Whole files written below a root: complete on the disk before they have their name, so that nobody ever sees a part.

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

    /// Writes a file as a whole: into a ``NewFile``, which is synchronised with the disk and then gets its name; then
    /// the folder is synchronised.
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
        let (folder, name) = Self.split(path)
        let file = try beginFileBlocking(in: folder)
        if replacing == .any { try file.checkReplaceable(name) }
        try file.takePermissions(of: name)
        try file.append(bytes)
        if let modified { try file.setModificationTime(modified.0, modified.1) }
        try file.synchronise()
        let displaced: [UInt8]?
        switch replacing {
        case .none:
            try file.giveName(name)
            displaced = nil
        case .any: displaced = try Self.displace(name, by: file)
        }
        try file.synchroniseFolder()
        return displaced
    }

    private static func displace(_ name: [UInt8], by file: NewFile) throws(FileFailure) -> [UInt8]? {
        do throws(FileFailure) {
            return try file.exchange(name)
        } catch  where [.noSuchFileOrDirectory, .invalidArgument, .noFunction].contains(error.errno) {
            try file.replace(name)
            return nil
        }
    }

    /// Begins a file in a folder, the root's own by default. It blocks, and follows no symbolic link.
    public func beginFileBlocking(in folder: [UInt8] = []) throws(FileFailure) -> NewFile {
        try NewFile.make(in: try find(folder.span, links: .none, mayBlock: true))
    }

    /// Opens the part of a file of the root's own folder that came so far, to write more of it; an empty one if there
    /// is none. It blocks, and follows no symbolic link.
    ///
    /// - Parameter name: of ``NewFile/mostBytesOfPartsName`` at the most.
    /// - Throws: `.wouldBlock` while somebody else writes it.
    public func openPartBlocking(of name: [UInt8]) throws(FileFailure) -> NewFile {
        while true {
            let top: [UInt8] = []
            let folder = try find(top.span, links: .none, mayBlock: true)
            if let file = try NewFile.openPart(of: name, in: folder) { return file }
        }
    }

    /// The part of a file of the root's own folder that came so far; nil if there is none.
    public func partStatusBlocking(of name: [UInt8]) throws(FileFailure) -> FileStatus? {
        do throws(FileFailure) {
            return try status(of: NewFile.partName(of: name).span, links: .none, mayBlock: true)
        } catch  where error.code == .notFound {
            return nil
        }
    }

    /// Removes what others left in the root's own folder when they ended in the middle of writing, and parts that
    /// nobody has continued for so many seconds. It blocks.
    public func removeLeftoversBlocking(partsAfter seconds: Int64) throws(FileFailure) {
        let top: [UInt8] = []
        let folder = try open(top.span, links: .none, mayBlock: true)
        for entry in try folder.entriesBlocking(beginningWith: NewFile.temporaryPrefix) {
            guard entry.status.kind == .regular, !entry.isLink else { continue }
            let isPart = entry.name.hasSuffix(NewFile.partSuffix)
            guard isPart ? entry.status.isSettled(for: seconds) : entry.name.hasSuffix(NewFile.suffix) else {
                continue
            }
            try folder.removeUnlocked(entry.name)
        }
    }

    /// Makes a folder below the root, and those that lead to it; one that exists is left alone. It blocks.
    public func makeFolderBlocking(_ path: [UInt8]) throws(FileFailure) {
        let slash = UInt8(ascii: "/")
        for (index, byte) in (path + [slash]).enumerated() where byte == slash && index > 0 {
            let (parent, name) = Self.split(Array(path.prefix(index)))
            let folder = try find(parent.span, links: .none, mayBlock: true)
            // Closing an O_PATH descriptor can't lose anything.
            defer { close(folder) }
            guard unsafe mkdirat(folder, name.map(CChar.init(bitPattern:)) + [0], 0o777) != 0 else {
                try Self.synchronise(folder)
                continue
            }
            let error = Errno(rawValue: errno)
            guard error == .fileExists else { throw FileFailure(error, context: "mkdir") }
        }
    }

    /// Brings a folder's names to the disk.
    static func synchronise(_ folder: CInt) throws(FileFailure) {
        let readable = unsafe openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard readable >= 0 else { throw FileFailure(Errno(rawValue: errno), context: "open") }
        // Nothing was written through it.
        defer { close(readable) }
        guard fsync(readable) == 0 else { throw FileFailure(Errno(rawValue: errno), context: "fsync") }
    }

    /// A path's folder and the name in it.
    private static func split(_ path: [UInt8]) -> (folder: [UInt8], name: [UInt8]) {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return ([], path) }
        return (Array(path[..<slash]), Array(path[(slash + 1)...]))
    }
}

extension OpenFile {
    /// Removes a file of this folder, unless somebody has its lock.
    fileprivate func removeUnlocked(_ name: [UInt8]) throws(FileFailure) {
        let name = name.map(CChar.init(bitPattern:)) + [0]
        let file = unsafe openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            // It got its name meanwhile, or went.
            if errno == ENOENT { return }
            throw FileFailure(Errno(rawValue: errno), context: "open")
        }
        // Nothing was written through it.
        defer { close(file) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return }
        guard unsafe unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else {
            throw FileFailure(Errno(rawValue: errno), context: "unlink")
        }
    }
}

extension [UInt8] {
    fileprivate func hasSuffix(_ suffix: String) -> Bool { reversed().starts(with: suffix.utf8.reversed()) }
}
