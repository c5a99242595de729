// A server session whose peer is the test itself, byte by byte.
import Glibc
import Sockets
import TLS

/// A server on one end of a socket pair, the bare other end in the test's hand.
struct RawLink: ~Copyable {
    var server: TLSSession
    let serverSocket: StreamSocket
    let peer: StreamSocket

    init(_ context: TLSContext) throws {
        let (serverSocket, peer) = try StreamSocket.pair()
        self.init(try TLSSession(accepting: context, on: serverSocket), serverSocket, peer)
    }

    private init(_ server: consuming TLSSession, _ serverSocket: StreamSocket, _ peer: StreamSocket) {
        self.server = server
        self.serverSocket = serverSocket
        self.peer = peer
    }

    /// One step of the server's handshake after the socket has become ready.
    @discardableResult
    mutating func step() throws -> Progress<Void> {
        serverSocket.becameReady(readable: true, writable: true, hangup: false)
        return try server.handshake()
    }

    func send(_ bytes: [UInt8]) throws {
        guard case .done(bytes.count) = try peer.send(bytes.span) else { throw LinkFailure.unfinished }
    }

    /// What has come so far; empty if nothing has.
    func receive() throws -> [UInt8] { try peer.receiveAll() }
}

extension StreamSocket {
    func receiveAll() throws -> [UInt8] {
        becameReady(readable: true, writable: true, hangup: false)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var span = buffer.mutableSpan
        guard case .done(let count) = try receive(into: &span) else { return [] }
        return Array(buffer.prefix(count))
    }
}

/// A ClientHello without extensions, as clients of the last century sent it (RFC 2246 §7.4.1.2).
func clientHello(version: UInt16) -> [UInt8] {
    let number = [UInt8(version >> 8), UInt8(version & 0xff)]
    var body = number + [UInt8](repeating: 7, count: 32) + [0]
    body += [0, 4, 0xc0, 0x09, 0xc0, 0x13] + [1, 0]
    let handshake = [1, 0, 0, UInt8(body.count)] + body
    return [22, 3, 1, 0, UInt8(handshake.count)] + handshake
}
