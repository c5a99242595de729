// Makes connected sockets: a pair, and a client of an address.

import Glibc
import SystemPackage

extension StreamSocket {
    /// Two connected unix sockets, socketpair(2).
    package static func pair() throws(SocketFailure) -> (StreamSocket, StreamSocket) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        try Syscall.retrying(.create, "a socket pair") { unsafe socketpair(AF_UNIX, type, 0, &ends) }
        return (
            StreamSocket(takingOwnership: ends[0], peer: .unnamed),
            StreamSocket(takingOwnership: ends[1], peer: .unnamed)
        )
    }

    /// Begins to connect without blocking.
    ///
    /// While the handshake is under way the socket is neither readable nor writable: wait for it to be
    /// writable, then ask `pendingError`. `any` connects to the IPv6 loopback address.
    /// - Throws: `SocketFailure.Code.create` or `.connect`.
    package static func connect(to address: SocketAddress) throws(SocketFailure) -> StreamSocket {
        let descriptor = try ListeningSocket.wrapping(.create, address) { () throws(Errno) in
            try SocketOption.makeStream(family: address.family)
        }
        let number = descriptor.rawValue
        var isConnected = true
        do throws(Errno) {
            try Syscall.retrying { unsafe address.withSockaddr { unsafe Glibc.connect(number, $0, $1) } }
        } catch {
            guard error == .nowInProgress else { throw SocketFailure(.connect, error, "\(address)") }
            isConnected = false
        }
        let socket = StreamSocket(takingOwnership: descriptor.release(), peer: address)
        socket.isReadable = isConnected
        socket.isWritable = isConnected
        return socket
    }
}
