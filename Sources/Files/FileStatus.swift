// What stat(2) says of a file.

import Glibc
import SystemPackage

/// A file's identity, size and times.
public struct FileStatus: Sendable, Hashable {
    /// The kinds of file that callers tell apart.
    public enum Kind: Sendable {
        case regular, directory, symbolicLink, other
    }

    /// What kind of file it is.
    public let kind: Kind
    /// The size in bytes.
    public let size: UInt64
    /// The inode's number.
    public let inode: UInt64
    /// The device that the inode lives on.
    public let device: UInt64
    /// The last change of the content, in seconds since 1970.
    public let modificationTime: Int64
    /// The nanoseconds of that second.
    public let modificationNanoseconds: Int64
    /// The last change of content, name, links or mode, in seconds since 1970; nobody can set it back.
    public let changeTime: Int64
    /// The nanoseconds of that second.
    public let changeNanoseconds: Int64

    /// What stat(2) says of the file that a path leads to now; nil if it isn't there, or not for us.
    package init?(following path: FilePath) {
        var status = stat()
        guard unsafe path.withPlatformString({ unsafe stat($0, &status) }) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            default: .other
            }
        size = UInt64(clamping: status.st_size)
        inode = UInt64(status.st_ino)
        device = UInt64(status.st_dev)
        modificationTime = Int64(status.st_mtim.tv_sec)
        modificationNanoseconds = Int64(status.st_mtim.tv_nsec)
        changeTime = Int64(status.st_ctim.tv_sec)
        changeNanoseconds = Int64(status.st_ctim.tv_nsec)
    }

    /// Whether the last change was more than `age` seconds ago.
    ///
    /// The kernel stamps changes with a clock that ticks some hundred times a second, so a change within the same
    /// tick leaves the status as it is. Once a change is older than any tick, the next one is bound to show.
    public func isSettled(for age: Int64) -> Bool {
        var now = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &now) == 0 else { return false }
        let elapsed = (Int64(now.tv_sec) - changeTime, Int64(now.tv_nsec) - changeNanoseconds)
        return elapsed > (age, 0)
    }
}
