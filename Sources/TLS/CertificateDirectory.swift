// Owns the folder of the local authority: made private, locked against other processes, files replaced whole.
import Glibc
import SystemPackage

/// A folder that this process holds the lock of until it is released, or that it only reads.
struct CertificateDirectory: ~Copyable {
    let path: FilePath
    private let lock: CInt?

    /// Whether files may be written.
    var isLocked: Bool { lock != nil }

    /// Makes the folder (0700) and those above it if they are missing, and waits for its lock.
    init(locking path: FilePath) throws(TLSFailure) {
        try CertificateDirectory.make(path)
        self.init(path: path, lock: try takeLock(path.appending(".lock")))
    }

    /// Makes and waits for nothing.
    init(reading path: FilePath) { self.init(path: path, lock: nil) }

    private init(path: FilePath, lock: CInt?) {
        self.path = path
        self.lock = lock
    }

    deinit {
        if let lock { _ = close(lock) }
    }

    /// Whether a name exists; a dangling link does, so that it is never taken for a file that may be made.
    func contains(_ name: FilePath.Component) throws(TLSFailure) -> Bool {
        try CertificateDirectory.exists(path.appending(name))
    }

    static func exists(_ file: FilePath) throws(TLSFailure) -> Bool {
        var status = stat()
        if unsafe lstat(file.string, &status) == 0 { return true }
        let error = Errno(rawValue: errno)
        guard error == .noSuchFileOrDirectory else {
            throw TLSFailure(.unreadableFile, "looking for it", file: file, underlying: error)
        }
        return false
    }

    /// Writes a file so that it is there whole or not at all.
    func replace(_ name: FilePath.Component, with bytes: [UInt8], mode: mode_t) throws(TLSFailure) {
        try DurableFile.replace(path.appending(name), with: bytes, mode: mode)
    }

    private static func make(_ path: FilePath) throws(TLSFailure) {
        guard unsafe mkdir(path.string, 0o700) != 0 else { return }
        switch errno {
        case EEXIST: return
        case ENOENT where path.removingLastComponent() != path:
            let parent = path.removingLastComponent()
            try make(parent)
            try wrapped(path, "making the folder") { () throws(Errno) in
                // Another process that starts at once may have made it in the meantime.
                if unsafe mkdir(path.string, 0o700) != 0, errno != EEXIST { throw Errno(rawValue: errno) }
            }
        case let error:
            throw TLSFailure(
                .unwritableFile, "making the folder", file: path, underlying: Errno(rawValue: error))
        }
    }
}

/// Opens a lock file and waits for it; flock(2) ends with the last descriptor, so a crash releases it.
private func takeLock(_ file: FilePath) throws(TLSFailure) -> CInt {
    try wrapped(file, "locking it") { () throws(Errno) in
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        let descriptor = try checked { unsafe open(file.string, flags, 0o600) }
        do throws(Errno) {
            _ = try checked { flock(descriptor, LOCK_EX) }
        } catch {
            _ = close(descriptor)
            throw error
        }
        return descriptor
    }
}
