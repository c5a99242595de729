// The file that binding a unix socket makes. Invariant: we remove only the file that we made, by its inode.

import Glibc
import SystemPackage

/// A unix socket's file, remembered so that it can be removed when listening ends.
struct UnixSocketFile: Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Binds to `path` with mode 0660, taking over a socket file on which nobody listens.
    static func bind(_ descriptor: CInt, to path: String) throws(Errno) -> UnixSocketFile {
        do throws(Errno) {
            try attempt(descriptor, path)
        } catch {
            guard error == .addressInUse, isAbandoned(path) else { throw error }
            try Syscall.retrying { unsafe unlink(path) }
            try attempt(descriptor, path)
        }
        // The umask may have taken bits away; nobody can connect before listen(2) anyway.
        try Syscall.retrying { unsafe chmod(path, 0o660) }
        return try UnixSocketFile(at: path)
    }

    /// Removes the file unless another socket has taken its place.
    func remove() {
        do throws(Errno) {
            let current = try UnixSocketFile(at: path)
            guard current.device == device, current.inode == inode else { return }
            try Syscall.retrying { unsafe unlink(path) }
        } catch {
            // Gone already, or in a folder that we may no longer write: a later start takes an abandoned file
            // over.
        }
    }

    private init(at path: String) throws(Errno) {
        var status = stat()
        try Syscall.retrying { unsafe lstat(path, &status) }
        self.path = path
        device = status.st_dev
        inode = status.st_ino
    }

    private static func attempt(_ descriptor: CInt, _ path: String) throws(Errno) {
        try Syscall.retrying {
            unsafe SocketAddress.unix(path: path).withSockaddr { unsafe Glibc.bind(descriptor, $0, $1) }
        }
    }

    /// Only ECONNREFUSED from a socket proves that nobody listens; anything else is left alone.
    private static func isAbandoned(_ path: String) -> Bool {
        do throws(Errno) {
            var status = stat()
            try Syscall.retrying { unsafe lstat(path, &status) }
            guard status.st_mode & S_IFMT == S_IFSOCK else { return false }
            let probe = try SocketOption.makeStream(family: AF_UNIX)
            let number = probe.rawValue
            try Syscall.retrying {
                unsafe SocketAddress.unix(path: path).withSockaddr { unsafe Glibc.connect(number, $0, $1) }
            }
            return false
        } catch {
            return error == .connectionRefused
        }
    }
}
