// Owns the folder of the local authority: made private, locked against other processes, files replaced whole.
import Glibc
import SystemPackage

/// A folder that this process holds the lock of, until it is released.
struct CertificateDirectory: ~Copyable {
    let path: FilePath
    private let lock: CInt

    /// Makes the folder (0700) and those above it if they are missing, and waits for its lock.
    init(locking path: FilePath) throws(TLSFailure) {
        try CertificateDirectory.make(path)
        self.init(path: path, lock: try takeLock(path.appending(".lock")))
    }

    private init(path: FilePath, lock: CInt) {
        self.path = path
        self.lock = lock
    }

    deinit { _ = close(lock) }

    /// Whether a name exists; a dangling link does, so that it is never taken for a file that may be made.
    func contains(_ name: String) throws(TLSFailure) -> Bool {
        let file = path.appending(name)
        var status = stat()
        if unsafe lstat(file.string, &status) == 0 { return true }
        let error = Errno(rawValue: errno)
        guard error == .noSuchFileOrDirectory else {
            throw TLSFailure(.unreadableFile, "looking for it", file: file, underlying: error)
        }
        return false
    }

    /// Writes a file under another name, forces it to the disk, and renames it: never a partial file.
    func replace(_ name: String, with bytes: [UInt8], mode: mode_t) throws(TLSFailure) {
        let file = path.appending(name)
        let temporary = path.appending(".\(name).\(getpid()).\(UInt32.random(in: 0 ... .max))")
        do throws(TLSFailure) {
            try wrapped(file, "writing it") { () throws(Errno) in
                try writeDurably(bytes, to: temporary, mode: mode)
                _ = try checked { unsafe rename(temporary.string, file.string) }
                try synchronize(path)
            }
        } catch {
            // Most likely it was never made; whatever else, the failure that matters is the one below.
            _ = unsafe unlink(temporary.string)
            throw error
        }
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

private func writeDurably(_ bytes: [UInt8], to path: FilePath, mode: mode_t) throws(Errno) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let descriptor = try checked { unsafe open(path.string, flags, mode) }
    defer { _ = close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = try checked {
            unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        }
        rest = rest.dropFirst(count)
    }
    _ = try checked { fsync(descriptor) }
}

/// A rename is only durable when its folder is.
private func synchronize(_ folder: FilePath) throws(Errno) {
    let descriptor = try checked { unsafe open(folder.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { _ = close(descriptor) }
    _ = try checked { fsync(descriptor) }
}

/// Runs a system call until it is not interrupted, and takes errno in the same breath.
private func checked<Count: SignedInteger>(_ call: () -> Count) throws(Errno) -> Count {
    while true {
        let result = call()
        if result >= 0 { return result }
        let error = Errno(rawValue: errno)
        guard error == .interrupted else { throw error }
    }
}

private func wrapped<Value>(
    _ file: FilePath, _ doing: String, _ body: () throws(Errno) -> Value
) throws(TLSFailure) -> Value {
    do throws(Errno) {
        return try body()
    } catch {
        throw TLSFailure(.unwritableFile, doing, file: file, underlying: error)
    }
}
