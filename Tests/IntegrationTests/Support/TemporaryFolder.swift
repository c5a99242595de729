// A folder under /tmp that goes away with its owner.

import Glibc
import SystemPackage

final class TemporaryFolder: Sendable {
    let path: FilePath

    init() throws {
        var template = Array("/tmp/portico-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    deinit { removeAll(path) }

    subscript(_ name: String) -> FilePath { path.appending(name) }

    /// Writes a whole file; its folders are made.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> FilePath {
        let file = path.appending(name)
        try makeFolder(file.removingLastComponent())
        let descriptor = try FileDescriptor.open(
            file, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite])
        try descriptor.closeAfter { _ = try descriptor.writeAll(text.utf8) }
        return file
    }

    /// Makes a file of zeros that takes no room on the disk, or changes a file's length.
    @discardableResult
    func resize(_ name: String, to bytes: Int64) throws -> FilePath {
        let file = path.appending(name)
        try makeFolder(file.removingLastComponent())
        let descriptor = try FileDescriptor.open(
            file, .writeOnly, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        try descriptor.closeAfter { try descriptor.resize(to: bytes) }
        return file
    }

    private func makeFolder(_ folder: FilePath) throws {
        guard unsafe mkdir(folder.string, 0o700) != 0, errno != EEXIST else { return }
        guard errno == ENOENT, !folder.isEmpty else { throw Errno(rawValue: errno) }
        try makeFolder(folder.removingLastComponent())
        try makeFolder(folder)
    }
}

/// The text of a file.
func contents(of path: FilePath) throws -> String {
    let descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    return try descriptor.closeAfter {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }
}

/// The names in a folder, without `.` and `..`.
func names(in folder: FilePath) -> [String] {
    guard let directory = unsafe opendir(folder.string) else { return [] }
    defer { _ = unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
            unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

private func removeAll(_ path: FilePath) {
    // A failure leaves a folder under /tmp and nothing worse.
    if unsafe unlink(path.string) == 0 { return }
    for name in names(in: path) { removeAll(path.appending(name)) }
    _ = unsafe rmdir(path.string)
}
