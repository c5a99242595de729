// The entries of an open folder. Blocks; made for the blocking pool.

import Glibc
import SystemPackage

/// An entry of a folder.
public struct DirectoryEntry: Sendable {
    /// The name as bytes, any but NUL and `/`.
    public let name: [UInt8]
    /// What the name stands for; a link's target when it could be followed, else the link itself.
    public let status: FileStatus
    /// Whether the entry is a symbolic link.
    public let isLink: Bool
}

extension OpenFile {
    /// Reads all entries of a folder but `.` and `..`, in no order.
    ///
    /// It blocks. An entry that goes away meanwhile is left out.
    ///
    /// - Throws: ``FileFailure`` when this is no folder or it can't be read.
    public func entriesBlocking() throws(FileFailure) -> [DirectoryEntry] {
        // A descriptor of its own: readdir(3) moves the position, which duplicates share.
        let own = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { throw FileFailure(Errno(rawValue: errno), context: "openat") }
        guard let stream = unsafe fdopendir(own) else {
            let error = Errno(rawValue: errno)
            // Nothing was read, so close(2) has nothing to report.
            close(own)
            throw FileFailure(error, context: "fdopendir")
        }
        defer { unsafe _ = closedir(stream) }
        var entries: [DirectoryEntry] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe Self.name(of: entry)
            if name == Self.current || name == Self.parent { continue }
            if let entry = entryStatus(name, in: own) { entries.append(entry) }
        }
        return entries
    }

    private static let current = Array(".".utf8)
    private static let parent = Array("..".utf8)

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            unsafe Array(bytes.prefix { $0 != 0 })
        }
    }

    private func entryStatus(_ name: [UInt8], in folder: CInt) -> DirectoryEntry? {
        let path = name.map { CChar(bitPattern: $0) } + [0]
        var own = stat()
        guard unsafe fstatat(folder, path, &own, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        let status = FileStatus(own)
        guard status.kind == .symbolicLink else {
            return DirectoryEntry(name: name, status: status, isLink: false)
        }
        var target = stat()
        let follows = unsafe fstatat(folder, path, &target, 0) == 0
        return DirectoryEntry(name: name, status: follows ? FileStatus(target) : status, isLink: true)
    }
}
