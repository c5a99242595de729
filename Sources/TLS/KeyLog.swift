// Owns the file that TLS secrets go to, for Wireshark: readable for its owner only, one write(2) for each line.
import Glibc
import SystemPackage

/// A file in the format of NSS's key log (draft-ietf-tls-keylogfile). Whoever reads it can decrypt every connection.
package final class KeyLog: Sendable {
    /// Where it is.
    package let path: FilePath
    private let descriptor: CInt

    /// Opens the file to append to it, or makes it; its mode becomes 0600.
    ///
    /// - Throws: `.unwritableFile`, also for a symbolic link and for what is no regular file, which stays as it is.
    package init(appendingTo path: FilePath) throws(TLSFailure) {
        self.path = path
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        descriptor = unsafe open(path.string, flags, 0o600)
        guard descriptor >= 0 else { throw KeyLog.failure(path, errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw KeyLog.failure(path, errno) }
        // Before its mode: that of /dev/null is everybody's.
        guard status.st_mode & S_IFMT == S_IFREG else { throw KeyLog.failure(path, EINVAL) }
        guard fchmod(descriptor, 0o600) == 0 else { throw KeyLog.failure(path, errno) }
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    /// Appends a line whole, so that lines of several threads don't mix; one that the disk has no room for is lost.
    func append(_ line: UnsafePointer<CChar>) {
        // On the reactor's thread: a regular file takes the few lines of a handshake into the page cache, and a queue
        // would lose the last ones of a crash that somebody looks into.
        let text =
            unsafe Array(UnsafeRawBufferPointer(start: line, count: strlen(line))) + [UInt8(ascii: "\n")]
        _ = unsafe write(descriptor, text, text.count)
    }

    private static func failure(_ path: FilePath, _ error: CInt) -> TLSFailure {
        TLSFailure(
            .unwritableFile, "opening the key log", file: path, underlying: Errno(rawValue: error))
    }
}

/// Passes a line of secrets on (SSL_CTX_set_keylog_callback(3)).
func logSecrets(_ ssl: OpaquePointer?, _ line: UnsafePointer<CChar>?) {
    guard let line = unsafe line else { return }
    unsafe HandshakeChoices.of(ssl)?.keyLog?.append(line)
}
