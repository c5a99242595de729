// Owns the reading of certificate and key files: whole, bounded, and with what their mode says about secrecy.
import Glibc
import SystemPackage

/// The bytes of one file, with the permission bits that it had when it was open.
struct PEMFile {
    /// No certificate chain comes near this; a wrong path (a device, a log) shall not fill the memory.
    static let largestBytes = 1 << 20

    let path: FilePath
    let bytes: [UInt8]
    let mode: mode_t

    /// Whether others than the owner may read or write the file.
    var isOpenToOthers: Bool { mode & 0o077 != 0 }

    /// The warning that goes with ``isOpenToOthers``.
    func openness(of secret: String) -> String {
        "\(path): others than its owner can read \(secret) (mode \(String(mode, radix: 8))); chmod it to 600"
    }

    init(reading path: FilePath) throws(TLSFailure) {
        do {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            (bytes, mode) = try descriptor.closeAfter { try PEMFile.read(descriptor) }
            self.path = path
        } catch {
            throw TLSFailure(.unreadableFile, "reading it", file: path, underlying: error as? Errno)
        }
    }

    private static func read(_ descriptor: FileDescriptor) throws -> ([UInt8], mode_t) {
        var status = stat()
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw Errno(rawValue: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Errno.invalidArgument }
        guard status.st_size <= largestBytes else { throw Errno.fileTooLarge }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
        return (Array(bytes.prefix(count)), status.st_mode & 0o7777)
    }
}
