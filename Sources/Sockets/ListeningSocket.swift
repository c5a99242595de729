// A socket that accepts connections, shared by all workers. Invariant: the descriptor is non-blocking.

import CLinux
import Glibc
import SystemPackage

/// What one attempt to accept came to; see accept(2).
package enum AcceptOutcome {
    /// A connection. Its socket belongs to whoever accepted it.
    case socket(StreamSocket)
    /// Nobody is waiting.
    case wouldBlock
    /// The process or the machine has no descriptor or no memory left: pause, the connection stays in the
    /// backlog.
    case outOfDescriptors(Errno)
    /// The connection failed before it was accepted; the next one may be fine.
    case aborted(Errno)
}

/// A bound, listening stream socket. It closes when the last reference ends, and removes the unix path it
/// made.
package final class ListeningSocket: Sendable {
    private let descriptor: OwnedDescriptor
    /// Where it listens, with the kernel's choice for port 0.
    package let address: SocketAddress
    /// Whether another process (systemd) bound it and handed it over.
    package let isAdopted: Bool
    private let boundFile: UnixSocketFile?

    init(
        _ descriptor: consuming OwnedDescriptor, address: SocketAddress, isAdopted: Bool,
        boundFile: UnixSocketFile?
    ) {
        self.descriptor = descriptor
        self.address = address
        self.isAdopted = isAdopted
        self.boundFile = boundFile
    }

    deinit {
        boundFile?.remove()
    }

    /// Gives the address free now, where others may hold references for a moment yet; what comes is refused.
    ///
    /// A socket that another process has too goes on listening.
    package func endListening() {
        guard !isAdopted else { return }
        // On a listening socket it can't fail in a way that closing it later would not mend.
        _ = shutdown(rawValue, CInt(SHUT_RDWR))
        boundFile?.remove()
    }

    /// The descriptor, to be watched or handed on; it stays this object's.
    package var rawValue: CInt { descriptor.rawValue }

    /// Accepts one connection without blocking, non-blocking and CLOEXEC itself, with its peer's address.
    ///
    /// - Throws: an errno that says that this socket is broken for good (EBADF, EINVAL, ENOTSOCK, EPERM).
    package func accept() throws(Errno) -> AcceptOutcome {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let flags = CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        do throws(Errno) {
            let accepted = try Syscall.retrying {
                unsafe withSockaddrPointer(&storage) {
                    unsafe clinux_accept4(descriptor.rawValue, $0, &length, flags)
                }
            }
            let peer = SocketAddress(kernel: storage, length: length) ?? .unnamed
            return .socket(StreamSocket(takingOwnership: accepted, peer: peer))
        } catch {
            return try Self.outcome(of: error)
        }
    }

    /// Sorts accept(2)'s errors by what an accept loop does about them.
    static func outcome(of error: Errno) throws(Errno) -> AcceptOutcome {
        switch error {
        case .wouldBlock, .resourceTemporarilyUnavailable:
            return .wouldBlock
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noBufferSpace, .noMemory:
            return .outOfDescriptors(error)
        // accept(2): "Linux accept() passes already-pending network errors on the new socket as an error
        // code".
        case .connectionAbort, .networkDown, .protocolNotAvailable, .hostIsDown, .noRouteToHost,
            .protocolError,
            .notSupportedOnSocket, .networkUnreachable, .timedOut, .connectionReset, Errno(rawValue: ENONET):
            return .aborted(error)
        default:
            throw error
        }
    }
}
