// A folder of a test's own, removed with everything in it when the test lets go of it.

import Files
import Glibc
import SystemPackage

/// A folder below the system's folder for temporary files; removed when the last reference goes.
///
/// ```swift
/// let folder = try TemporaryFolder()
/// try folder.write("hello", to: "sub/page.txt")
/// ```
public final class TemporaryFolder: Sendable {
    /// The folder.
    public let path: FilePath

    /// Makes an empty folder.
    ///
    /// - Throws: `Errno` of mkdir(2).
    public init() throws(Errno) {
        path = FilePath("/tmp/portico-test-\(String(UInt64.random(in: .min ... .max), radix: 36))")
        try Self.check(unsafe mkdir(path.string, 0o700))
    }

    deinit {
        Self.removeAll(path.string)
    }

    /// Removes a file, a link, or a folder and what is in it; what can't be removed is left to the system.
    private static func removeAll(_ path: String) {
        guard unsafe remove(path) != 0, let folder = unsafe opendir(path) else { return }
        defer { unsafe _ = remove(path) }
        defer { unsafe _ = closedir(folder) }
        while let entry = unsafe readdir(folder) {
            unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                let text = unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
                // By its bytes first: a name need not be UTF-8.
                guard text != ".", text != "..", let bytes = name.baseAddress else { return }
                if unsafe unlinkat(dirfd(folder), bytes.assumingMemoryBound(to: CChar.self), 0) != 0 {
                    removeAll(path + "/" + text)
                }
            }
        }
    }

    /// The path of something in the folder.
    public subscript(_ relative: String) -> FilePath { path.appending(relative) }

    /// Writes a file anew, in place if it exists; makes the folders that lead to it.
    public func write(_ text: String, to relative: String) throws {
        try write(Array(text.utf8), to: relative)
    }

    /// Writes a file anew, in place if it exists; makes the folders that lead to it.
    public func write(_ bytes: [UInt8], to relative: String) throws {
        let target = self[relative]
        try makeFolder(FilePath(relative).removingLastComponent().string)
        let file = try FileDescriptor.open(
            target, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: FilePermissions(rawValue: 0o644))
        try file.closeAfter { _ = try file.writeAll(bytes) }
    }

    /// The text of a file.
    public func text(of relative: String) throws -> String {
        String(decoding: try OpenFile.contents(of: self[relative], limit: .max), as: UTF8.self)
    }

    /// The names in a folder, sorted.
    public func names(in relative: String) throws -> [String] {
        try OpenFile(self[relative]).entriesBlocking().map { String(decoding: $0.name, as: UTF8.self) }
            .sorted()
    }

    /// Makes a folder and those that lead to it; one that exists is left alone.
    public func makeFolder(_ relative: String) throws(Errno) {
        var folder = path
        for component in FilePath(relative).components {
            folder.append(component)
            if unsafe mkdir(folder.string, 0o755) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
        }
    }

    /// Makes a symbolic link.
    public func link(_ relative: String, to target: String) throws(Errno) {
        try Self.check(unsafe symlink(target, self[relative].string))
    }

    /// Makes a FIFO.
    public func makeFIFO(_ relative: String) throws(Errno) {
        try Self.check(unsafe mkfifo(self[relative].string, 0o600))
    }

    /// Renames, replacing what has the new name.
    public func move(_ relative: String, to new: String) throws(Errno) {
        try Self.check(unsafe rename(self[relative].string, self[new].string))
    }

    /// Removes a file, a link or an empty folder.
    public func delete(_ relative: String) throws(Errno) {
        try Self.check(unsafe remove(self[relative].string))
    }

    /// Sets the mode of a file or folder.
    public func setMode(_ mode: UInt32, of relative: String) throws(Errno) {
        try Self.check(unsafe chmod(self[relative].string, mode))
    }

    /// Sets the time of the last change of a file's content.
    public func setModificationTime(_ seconds: Int, of relative: String) throws(Errno) {
        let time = timespec(tv_sec: seconds, tv_nsec: 0)
        try Self.check(unsafe utimensat(AT_FDCWD, self[relative].string, [time, time], 0))
    }

    private static func check(_ result: CInt) throws(Errno) {
        if result != 0 { throw Errno(rawValue: errno) }
    }
}
