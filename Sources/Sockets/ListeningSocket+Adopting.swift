// Takes over listening sockets that systemd bound. Invariant: what is not a listening stream socket is
// refused.

import Glibc
import SystemPackage

extension ListeningSocket {
    /// Takes over a descriptor that sd_listen_fds(3) handed to this process; its unix path is never removed.
    ///
    /// Sets O_NONBLOCK, FD_CLOEXEC and, on TCP, what its connections inherit.
    /// - Throws: `SocketFailure.Code.adopt` for anything but a listening stream socket; it is closed then.
    package convenience init(adopting descriptor: consuming OwnedDescriptor) throws(SocketFailure) {
        let number = descriptor.rawValue
        let address: SocketAddress
        do throws(Errno) {
            try Self.requireListeningStream(number)
            address = try SocketOption.localAddress(number)
            try Self.makeNonBlocking(number)
            if address.isInternet { try SocketOption.setForConnections(number) }
        } catch {
            throw SocketFailure(.adopt, error, "descriptor \(number)")
        }
        self.init(descriptor, address: address, isAdopted: true, boundFile: nil)
    }

    /// EPROTOTYPE for a datagram or packet socket, EINVAL for one that does not listen, ENOTSOCK for a file.
    private static func requireListeningStream(_ descriptor: CInt) throws(Errno) {
        guard try SocketOption.value(descriptor, SOL_SOCKET, SO_TYPE) == CInt(SOCK_STREAM.rawValue) else {
            throw .protocolWrongTypeForSocket
        }
        guard try SocketOption.value(descriptor, SOL_SOCKET, SO_ACCEPTCONN) == 1 else {
            throw .invalidArgument
        }
    }

    private static func makeNonBlocking(_ descriptor: CInt) throws(Errno) {
        let flags = try Syscall.retrying { fcntl(descriptor, F_GETFL) }
        try Syscall.retrying { fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) }
        try Syscall.retrying { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }
}
