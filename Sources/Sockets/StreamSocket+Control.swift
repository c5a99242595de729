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
        guard isReadable else { return .wantRead }
        var byte: UInt8 = 0
        do throws(Errno) {
            let count = try Syscall.retrying { unsafe recv(rawValue, &byte, 1, CInt(MSG_PEEK)) }
            return count == 0 ? .closed : .done(byte)
        } catch {
            guard error == .resourceTemporarilyUnavailable else { throw error }
            isReadable = false
            return .wantRead
        }
    }

    /// Looks whether the first bytes are these, without taking them.
    ///
    /// - Returns: `.wantRead` as long as what came may still become them.
    package func peek(for expected: [UInt8]) throws(Errno) -> Progress<Bool> {
        guard isReadable else { return .wantRead }
        var bytes = [UInt8](repeating: 0, count: expected.count)
        do throws(Errno) {
            let count = try Syscall.retrying {
                unsafe bytes.withUnsafeMutableBytes {
                    unsafe recv(rawValue, $0.baseAddress, $0.count, CInt(MSG_PEEK))
                }
            }
            guard bytes[..<count] == expected[..<count], count > 0, !sawHangup || count == expected.count
            else {
                return .done(false)
            }
            if count == expected.count { return .done(true) }
        } catch {
            guard error == .resourceTemporarilyUnavailable else { throw error }
        }
        isReadable = false
        return .wantRead
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
