// Owns the writing of certificate and key files: never a partial one, and never another's.
import CLinux
import Glibc
import SystemPackage

/// Files that are on the disk when a call returns.
enum DurableFile {
    /// Writes a file under another name, forces it to the disk, and renames it: never a partial file.
    static func replace(_ file: FilePath, with bytes: [UInt8], mode: mode_t) throws(TLSFailure) {
        try write(bytes, to: file, mode: mode) { unsafe rename($0.string, file.string) }
    }

    /// The same for a file that must not be there yet; one that is throws `EEXIST`.
    static func create(_ file: FilePath, with bytes: [UInt8], mode: mode_t) throws(TLSFailure) {
        try write(bytes, to: file, mode: mode) { temporary in
            let result = unsafe clinux_renameat2(
                AT_FDCWD, temporary.string, AT_FDCWD, file.string, UInt32(CLINUX_RENAME_NOREPLACE))
            // Some file systems can't, others have no hard links.
            guard result != 0, errno == EINVAL || errno == ENOSYS else { return result }
            let linked = unsafe link(temporary.string, file.string)
            return linked == 0 ? unsafe unlink(temporary.string) : linked
        }
    }

    private static func write(
        _ bytes: [UInt8], to file: FilePath, mode: mode_t, giveName: (FilePath) -> CInt
    ) throws(TLSFailure) {
        let name = file.lastComponent?.string ?? ""
        let temporary = file.removingLastComponent().appending(
            ".\(name).\(getpid()).\(UInt32.random(in: 0 ... .max))")
        do throws(TLSFailure) {
            try wrapped(file, "writing it") { () throws(Errno) in
                try TLS.write(bytes, to: temporary, mode: mode)
                _ = try checked { giveName(temporary) }
                try synchronize(file.removingLastComponent())
            }
        } catch {
            // Most likely it was never made; whatever else, the failure that matters is the one below.
            _ = unsafe unlink(temporary.string)
            throw error
        }
    }
}

private func write(_ bytes: [UInt8], to path: FilePath, mode: mode_t) throws(Errno) {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let descriptor = try checked { unsafe open(path.string, flags, mode) }
    defer { _ = close(descriptor) }
    // Not what the umask leaves: a certificate is for others to read.
    _ = try checked { fchmod(descriptor, mode) }
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = try checked {
            unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        }
        rest = rest.dropFirst(count)
    }
    _ = try checked { fsync(descriptor) }
}

/// A name is only durable when its folder is.
private func synchronize(_ folder: FilePath) throws(Errno) {
    let path = folder.isEmpty ? "." : folder.string
    let descriptor = try checked { unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { _ = close(descriptor) }
    _ = try checked { fsync(descriptor) }
}

/// Runs a system call until it is not interrupted, and takes errno in the same breath.
func checked<Count: SignedInteger>(_ call: () -> Count) throws(Errno) -> Count {
    while true {
        let result = call()
        if result >= 0 { return result }
        let error = Errno(rawValue: errno)
        guard error == .interrupted else { throw error }
    }
}

func wrapped<Value>(
    _ file: FilePath, _ doing: String, _ body: () throws(Errno) -> Value
) throws(TLSFailure) -> Value {
    do throws(Errno) {
        return try body()
    } catch {
        throw TLSFailure(.unwritableFile, doing, file: file, underlying: error)
    }
}
