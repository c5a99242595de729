// One connection's socket and what is known of its readiness. Invariant: while a latch is false the kernel
// has told would-block (or a short count) since the last event, so trying again is pointless until the next
// one.

import Glibc
import SystemPackage

/// A connected, non-blocking stream socket that belongs to one thread.
///
/// It remembers readiness: after would-block, or a count shorter than asked for, it answers without a system
/// call until `becameReady` is called, as edge-triggered epoll(7) allows.
package final class StreamSocket {
    // Unchecked exclusivity: one thread, plain loads and stores; the checks would cost more than the latches
    // save.

    /// The descriptor, -1 once closed. It stays this object's.
    @safe @exclusivity(unchecked) package private(set) var rawValue: CInt
    /// Whether a receive may bring something: true until the kernel said otherwise.
    @safe @exclusivity(unchecked) package internal(set) var isReadable = true
    /// Whether a send may take something: true until the kernel said otherwise.
    @safe @exclusivity(unchecked) package internal(set) var isWritable = true
    /// Whether the peer has ended its side or the connection has failed.
    @safe @exclusivity(unchecked) package private(set) var sawHangup = false
    /// Whether the connection has failed, so that nothing reaches the peer any more; one that has only ended its side
    /// still reads. Once both sides have ended, the kernel says so too (EPOLLHUP), whatever is still on its way.
    @safe @exclusivity(unchecked) package private(set) var hasFailed = false
    @safe @exclusivity(unchecked) private var hasMoreToSend = false
    /// The other end, `unnamed` for most unix clients.
    package let peer: SocketAddress

    /// Takes over a connected, non-blocking stream descriptor.
    package init(takingOwnership descriptor: CInt, peer: SocketAddress) {
        rawValue = descriptor
        self.peer = peer
    }

    deinit {
        close()
    }

    /// Whether an operation of the interest may get on without a wait.
    ///
    /// One call for other modules, whose look at the latches themselves would be checked for exclusivity.
    package func mayProceed(reading: Bool, writing: Bool, hangup: Bool) -> Bool {
        (reading && isReadable) || (writing && isWritable) || (hangup && sawHangup)
    }

    /// Says whether more will be sent at once: the kernel may wait for it and fill its packets (MSG_MORE, send(2)).
    package func announce(more: Bool) {
        hasMoreToSend = more
    }

    /// Records an event of epoll(7). A hangup is readable for good: the end of the stream must be seen. A failure is all
    /// of the others, too.
    @inline(__always)
    package func becameReady(readable: Bool, writable: Bool, hangup: Bool, failed: Bool = false) {
        if failed { hasFailed = true }
        if hangup || failed { sawHangup = true }
        if readable || hangup || failed { isReadable = true }
        if writable || failed { isWritable = true }
    }

    /// Receives up to `buffer.count` bytes, which must not be 0.
    ///
    /// - Returns: `.done` with 1 or more bytes, `.wantRead`, or `.closed` at the peer's FIN.
    /// - Throws: recv(2)'s errno, such as `connectionReset`.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Progress<Int> {
        guard isReadable else { return .wantRead }
        let count = unsafe recv(rawValue, buffer.baseAddress, buffer.count, 0)
        if count > 0 {
            // A short count empties the socket's buffer, unless the FIN that was announced is all that is
            // left.
            if count < buffer.count, !sawHangup { isReadable = false }
            return .done(count)
        }
        if count == 0 { return .closed }
        return try receiveFailed()
    }

    /// Sends what the kernel takes of `buffer`, which must not be empty, without ever raising SIGPIPE.
    ///
    /// - Returns: `.done` with 1 to `buffer.count` bytes, or `.wantWrite`.
    /// - Throws: send(2)'s errno, such as `brokenPipe` or `connectionReset`.
    package func send(_ buffer: UnsafeRawBufferPointer) throws(Errno) -> Progress<Int> {
        guard isWritable else { return .wantWrite }
        let flags = CInt(MSG_NOSIGNAL) | (hasMoreToSend ? CInt(MSG_MORE) : 0)
        let count = unsafe Glibc.send(rawValue, buffer.baseAddress, buffer.count, flags)
        if count >= 0 {
            if count < buffer.count { isWritable = false }
            return .done(count)
        }
        return try sendFailed()
    }

    @inline(never)
    private func receiveFailed() throws(Errno) -> Progress<Int> {
        let error = Syscall.lastError
        // A non-blocking call is not interrupted in practice; the next attempt is the retry.
        if error == .interrupted { return .wantRead }
        guard error == .resourceTemporarilyUnavailable else { throw error }
        isReadable = false
        return .wantRead
    }

    /// What became of a sending call that just returned -1 on this thread, be it another than `send`.
    @inline(never)
    package func sendFailed() throws(Errno) -> Progress<Int> {
        let error = Syscall.lastError
        if error == .interrupted { return .wantWrite }
        guard error == .resourceTemporarilyUnavailable else { throw error }
        isWritable = false
        return .wantWrite
    }

    /// Closes now instead of at the last reference; later calls fail with `badFileDescriptor`.
    package func close() {
        guard rawValue >= 0 else { return }
        // close(2) frees the number whatever it reports.
        _ = Glibc.close(rawValue)
        rawValue = -1
    }
}
