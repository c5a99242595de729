// What the tests of the program do in a folder of their own, and reading what others wrote.

import Glibc
import HandlerTesting
import SystemPackage

extension TemporaryFolder {
    /// Writes a whole file that nobody else may read; its folders are made.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> FilePath {
        try write(text, to: name)
        try setMode(0o600, of: name)
        return self[name]
    }

    /// Makes a file of zeros that takes no room on the disk, or changes a file's length.
    @discardableResult
    func resize(_ name: String, to bytes: Int64) throws -> FilePath {
        try makeFolder(FilePath(name).removingLastComponent().string)
        let descriptor = try FileDescriptor.open(
            self[name], .writeOnly, options: [.create, .closeOnExec], permissions: [.ownerReadWrite])
        try descriptor.closeAfter { try descriptor.resize(to: bytes) }
        return self[name]
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
