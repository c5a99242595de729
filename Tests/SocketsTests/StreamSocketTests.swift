// Latched readiness, ends and errors of a connection, over socket pairs and the loopback interface.

import Glibc
import SystemPackage
import Testing

@testable import Sockets

@Suite("Stream sockets", .timeLimit(.minutes(1)))
struct StreamSocketTests {
    let (near, far): (StreamSocket, StreamSocket)

    init() throws {
        (near, far) = try StreamSocket.pair()
    }

    private func receive(_ socket: StreamSocket, upTo count: Int = 16) throws(Errno) -> Progress<Int> {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        return try socket.receive(into: &span)
    }

    private func send(_ socket: StreamSocket, count: Int) throws(Errno) -> Progress<Int> {
        let bytes = [UInt8](repeating: 7, count: count)
        return try socket.send(bytes.span)
    }

    @Test("Bytes arrive as they were sent")
    func roundTrip() throws {
        let sent: [UInt8] = [1, 2, 3, 4, 5]
        #expect(try far.send(sent.span) == .done(5))
        let received = try [UInt8](capacity: 8) { output in
            var progress = Progress<Int>.closed
            unsafe try output.withUnsafeMutableBufferPointer { buffer, count in
                progress = unsafe try near.receive(into: UnsafeMutableRawBufferPointer(buffer))
                if case .done(let received) = progress { count = received }
            }
            #expect(progress == .done(5))
        }
        #expect(received == sent)
    }

    @Test("What the other end has not taken is undelivered, SIOCOUTQ")
    func undelivered() throws {
        #expect(near.undelivered == 0)
        while case .done = try send(near, count: 1 << 20) {}
        let queued = near.undelivered
        #expect(queued > 0)
        var received = 0
        while case .done(let count) = try receive(far, upTo: 1 << 20) { received += count }
        #expect(received > 0)
        #expect(near.undelivered < queued)
    }

    @Test("A short read clears the latch: no system call until the next event")
    func shortReadClears() throws {
        #expect(try send(far, count: 3) == .done(3))
        #expect(try receive(near) == .done(3))
        #expect(!near.isReadable)
        #expect(try send(far, count: 3) == .done(3))
        #expect(try receive(near) == .wantRead)
        near.becameReady(readable: true, writable: false, hangup: false)
        #expect(try receive(near) == .done(3))
    }

    @Test("A full read keeps the latch, and the would-block after it clears it")
    func fullReadKeeps() throws {
        #expect(try send(far, count: 4) == .done(4))
        #expect(try receive(near, upTo: 4) == .done(4))
        #expect(near.isReadable)
        #expect(try receive(near) == .wantRead)
        #expect(!near.isReadable)
    }

    @Test("Unread bytes are the kernel's to tell, whatever the latch says; a FIN is none of them")
    func unreadBytes() throws {
        #expect(!near.hasUnreadBytes)
        #expect(try send(far, count: 3) == .done(3))
        #expect(try receive(near) == .done(3))
        #expect(try send(far, count: 1) == .done(1))
        #expect(!near.isReadable)
        #expect(near.hasUnreadBytes)
        near.becameReady(readable: true, writable: false, hangup: false)
        #expect(try receive(near) == .done(1))
        far.shutdownWrite()
        #expect(!near.hasUnreadBytes)
    }

    @Test("A FIN that was announced before a short read is seen after it, with no further event")
    func finAfterShortRead() throws {
        #expect(try send(far, count: 3) == .done(3))
        far.shutdownWrite()
        near.becameReady(readable: true, writable: false, hangup: true)
        #expect(near.sawHangup)
        #expect(try receive(near) == .done(3))
        #expect(try receive(near) == .closed)
        #expect(try receive(near) == .closed)
    }

    @Test("A full send buffer is would-block, and clears the latch")
    func sendWouldBlock() throws {
        while case .done = try send(near, count: 1 << 16) {}
        #expect(!near.isWritable)
        #expect(try send(near, count: 1) == .wantWrite)
        while case .done = try receive(far, upTo: 1 << 20) {
            far.becameReady(readable: true, writable: false, hangup: false)
        }
        #expect(try send(near, count: 1) == .wantWrite, "no event yet")
        near.becameReady(readable: false, writable: true, hangup: false)
        #expect(try send(near, count: 1) == .done(1))
    }

    @Test("Sending to a peer that has gone is an error, never SIGPIPE")
    func noSignal() throws {
        far.close()
        #expect(throws: Errno.brokenPipe) { try send(near, count: 1) }
    }

    @Test("Looking at the first byte leaves it there")
    func peeks() throws {
        #expect(try near.peekFirstByte() == .wantRead)
        near.becameReady(readable: true, writable: false, hangup: false)
        #expect(try send(far, count: 2) == .done(2))
        #expect(try near.peekFirstByte() == .done(7))
        #expect(try receive(near) == .done(2))
    }

    @Test("The end of the stream shows in a look ahead")
    func peeksEnd() throws {
        far.close()
        #expect(try near.peekFirstByte() == .closed)
    }

    @Test("Half-closed: after shutdownWrite the peer reads the end and can still send")
    func halfClose() throws {
        near.shutdownWrite()
        #expect(try receive(far) == .closed)
        #expect(try send(far, count: 1) == .done(1))
        #expect(try receive(near) == .done(1))
    }

    @Test("A closed socket fails, and closing again does nothing")
    func closed() throws {
        near.close()
        near.close()
        #expect(near.rawValue == -1)
        #expect(throws: Errno.badFileDescriptor) { try receive(near) }
    }

    @Test("A socket is CLOEXEC and non-blocking from birth, and closes with its owner")
    func ownership() throws {
        let survivor: StreamSocket
        do {
            let (owned, other) = try StreamSocket.pair()
            survivor = other
            #expect(fcntl(owned.rawValue, F_GETFD) & FD_CLOEXEC == FD_CLOEXEC)
            #expect(fcntl(owned.rawValue, F_GETFL) & O_NONBLOCK == O_NONBLOCK)
            #expect(try receive(survivor) == .wantRead)
        }
        survivor.becameReady(readable: true, writable: false, hangup: false)
        #expect(try receive(survivor) == .closed)
    }
}
