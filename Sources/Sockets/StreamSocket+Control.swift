// What is done to a connection besides moving bytes: looking ahead, ending, asking.

import CLinux
import Glibc
import SystemPackage

extension StreamSocket {
    /// This end's address, getsockname(2); one system call each time.
    package var local: SocketAddress {
        get throws(Errno) { try SocketOption.localAddress(rawValue) }
    }

    /// The error that waits on the socket, which reading clears; nil if there is none. SO_ERROR, socket(7).
    package var pendingError: Errno? {
        do throws(Errno) {
            let value = try SocketOption.value(rawValue, SOL_SOCKET, SO_ERROR)
            return value == 0 ? nil : Errno(rawValue: value)
        } catch {
            return error
        }
    }

    /// How many bytes were sent and have not reached the other end's kernel, SIOCOUTQ of tcp(7); a unix socket counts
    /// its buffers with them. 0 if the kernel can't say.
    package var undelivered: Int {
        var count: CInt = 0
        return unsafe clinux_unsent_bytes(rawValue, &count) == 0 ? Int(count) : 0
    }

    /// Looks at the first byte without taking it, so that TLS can be told from plain HTTP.
    package func peekFirstByte() throws(Errno) -> Progress<UInt8> {
        try peek(atMost: 1) { $0[0] }
    }

    /// Looks whether the first bytes are these, without taking them.
    ///
    /// - Returns: `.wantRead` as long as what came may still become them.
    package func peek(for expected: [UInt8]) throws(Errno) -> Progress<Bool> {
        let progress = try peek(atMost: expected.count) { bytes -> Bool? in
            for index in 0..<bytes.count where bytes[index] != expected[index] { return false }
            return bytes.count == expected.count ? true : nil
        }
        if case .closed = progress { return .done(false) }
        return progress
    }

    /// Looks at the first bytes that have come, without taking them.
    ///
    /// - Parameter read: says what they are; nil as long as that takes more of them.
    /// - Returns: `.closed` when there won't be more.
    package func peek<Value>(
        atMost limit: Int, _ read: (Span<UInt8>) -> Value?
    ) throws(Errno) -> Progress<Value> {
        guard isReadable else { return .wantRead }
        return unsafe try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: limit) {
            buffer throws(Errno) -> Progress<Value> in
            let count: Int
            do throws(Errno) {
                count = try Syscall.retrying {
                    unsafe recv(rawValue, buffer.baseAddress, limit, CInt(MSG_PEEK))
                }
            } catch {
                guard error == .resourceTemporarilyUnavailable else { throw error }
                isReadable = false
                return .wantRead
            }
            guard count > 0 else { return .closed }
            let bytes = unsafe UnsafeBufferPointer(rebasing: buffer[..<count])
            if let value = unsafe read(bytes.span) { return .done(value) }
            guard !sawHangup, count < limit else { return .closed }
            isReadable = false
            return .wantRead
        }
    }

    /// Takes bytes that a peek has shown, and drops them.
    package func discard(_ count: Int) throws(Errno) {
        unsafe try withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { buffer throws(Errno) in
            _ = unsafe try receive(into: buffer)
        }
    }

    /// Whether bytes lie in the kernel that nobody received; it is asked, whatever the latch says. Closing the socket
    /// then sends a RST instead of a FIN.
    package var hasUnreadBytes: Bool {
        var byte: UInt8 = 0
        return unsafe recv(rawValue, &byte, 1, CInt(MSG_PEEK)) > 0
    }

    /// Ends this side with a FIN; receiving goes on. A peer that has gone already is no error.
    package func shutdownWrite() {
        // ENOTCONN after a reset: the connection is over, which is what was wanted.
        _ = shutdown(rawValue, CInt(SHUT_WR))
    }

    /// Closes with a RST instead of a FIN, dropping what is unsent: SO_LINGER of 0, socket(7).
    package func abort() {
        var option = linger(l_onoff: 1, l_linger: 0)
        // If the option is refused the close is an orderly one, which is the next best.
        _ = unsafe setsockopt(rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}
