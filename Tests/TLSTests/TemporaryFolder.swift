// A folder that goes away with its owner.
import Glibc
import SystemPackage

@testable import TLS

final class TemporaryFolder: Sendable {
    let path: FilePath

    init() throws {
        var template = Array("/tmp/portico-tls-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    deinit { removeAll(path) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws -> FilePath {
        let file = path.appending(name)
        let descriptor = try FileDescriptor.open(
            file, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
        try descriptor.closeAfter { _ = try descriptor.writeAll(bytes) }
        guard unsafe chmod(file.string, mode) == 0 else { throw Errno(rawValue: errno) }
        return file
    }

    func read(_ name: String) throws -> [UInt8] { try PEMFile(reading: path.appending(name)).bytes }

    func mode(_ name: String) -> mode_t {
        var status = stat()
        guard unsafe lstat(path.appending(name).string, &status) == 0 else { return 0 }
        return status.st_mode & 0o7777
    }

    /// The names in the folder, sorted.
    func names() -> [String] { entries(path).sorted() }
}

private func entries(_ folder: FilePath) -> [String] {
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
    for name in entries(path) { removeAll(path.appending(name)) }
    _ = unsafe rmdir(path.string)
}
