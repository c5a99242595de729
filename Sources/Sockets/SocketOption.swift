// Socket options and names: getsockopt, setsockopt, getsockname over plain descriptors.

import Glibc
import SystemPackage

enum SocketOption {
    static func set(_ descriptor: CInt, _ level: CInt, _ name: CInt, to value: CInt) throws(Errno) {
        var value = value
        try Syscall.retrying {
            unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<CInt>.size))
        }
    }

    static func value(_ descriptor: CInt, _ level: CInt, _ name: CInt) throws(Errno) -> CInt {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        try Syscall.retrying { unsafe getsockopt(descriptor, level, name, &value, &length) }
        return value
    }

    /// Sets what the connections of a TCP listener inherit.
    ///
    /// TCP_NODELAY: what is sent leaves at once. TCP_NOTSENT_LOWAT: the kernel takes no more than 256 KiB that
    /// can't leave yet. Otherwise it is some megabytes, and a thousand clients that read nothing use up what all
    /// TCP of the machine may (`tcp_mem`).
    static func setForConnections(_ listener: CInt) throws(Errno) {
        try set(listener, CInt(IPPROTO_TCP), TCP_NODELAY, to: 1)
        try set(listener, CInt(IPPROTO_TCP), TCP_NOTSENT_LOWAT, to: 256 * 1024)
    }

    /// The address that a descriptor is bound to, getsockname(2).
    static func localAddress(_ descriptor: CInt) throws(Errno) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try Syscall.retrying {
            unsafe withSockaddrPointer(&storage) { unsafe getsockname(descriptor, $0, &length) }
        }
        guard let address = SocketAddress(kernel: storage, length: length) else {
            throw .addressFamilyNotSupported
        }
        return address
    }

    /// A stream socket with CLOEXEC and O_NONBLOCK from birth.
    static func makeStream(family: CInt) throws(Errno) -> OwnedDescriptor {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return OwnedDescriptor(takingOwnership: try Syscall.retrying { socket(family, type, 0) })
    }
}

/// Lends `storage` to a call that fills in a socket address.
@inline(__always)
func withSockaddrPointer<Result>(
    _ storage: inout sockaddr_storage, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
) -> Result {
    unsafe withUnsafeMutablePointer(to: &storage) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
    }
}
