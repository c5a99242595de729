// The way between `SocketAddress` and the kernel's `sockaddr`. Invariant: no pointer outlives its closure.

import Glibc

extension SocketAddress {
    /// AF_INET, AF_INET6 or AF_UNIX.
    package var family: CInt {
        switch self {
        case .ipv4: AF_INET
        case .ipv6, .any: AF_INET6
        case .unix, .abstract, .unnamed: AF_UNIX
        }
    }

    /// Calls `body` with the kernel's form; the pointer is valid only inside.
    func withSockaddr<Result, Failure: Error>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch self {
        case .ipv4(let address, let port):
            return unsafe try Self.with(sockaddr_in(address, port), body)
        case .ipv6(let high, let low, let port, let scope):
            return unsafe try Self.with(sockaddr_in6(in6_addr(high, low), port, scope), body)
        case .any(let port):
            return unsafe try Self.with(sockaddr_in6(in6_addr(0, 0), port, 0), body)
        case .unix(let path):
            return unsafe try Self.with(unix: Array(path.utf8) + [0], body)
        case .abstract(let name):
            return unsafe try Self.with(unix: [0] + Array(name.utf8), body)
        case .unnamed:
            return unsafe try Self.with(unix: [], body)
        }
    }

    /// Reads what the kernel wrote into `storage`; nil for a family that is not a stream socket's here.
    init?(kernel storage: sockaddr_storage, length: socklen_t) {
        var storage = storage
        switch CInt(storage.ss_family) {
        case AF_INET:
            let address = Self.reinterpret(&storage, as: sockaddr_in.self)
            self = .ipv4(
                UInt32(bigEndian: address.sin_addr.s_addr), port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            self.init(Self.reinterpret(&storage, as: sockaddr_in6.self))
        case AF_UNIX:
            self.init(
                unixBytes: unsafe withUnsafeBytes(of: &storage) { bytes in
                    unsafe Array(bytes[..<min(Int(length), bytes.count)].dropFirst(Self.unixHeaderBytes))
                })
        default:
            return nil
        }
    }

    /// Reads `length` bytes of an address that the kernel or the resolver holds.
    init?(copying source: UnsafePointer<sockaddr>, length: Int) {
        var storage = sockaddr_storage()
        let length = min(length, MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutableBytes(of: &storage) {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: length))
        }
        self.init(kernel: storage, length: socklen_t(length))
    }

    private init(_ address: sockaddr_in6) {
        let (high, low) = address.sin6_addr.halves
        let port = UInt16(bigEndian: address.sin6_port)
        self = SocketAddress.ipv6(high, low, port: port, scope: address.sin6_scope_id).withoutMapping
    }

    /// RFC 4291 §2.5.5.2: an IPv4 peer of a dual-stack socket. One form, or limits by address would count twice.
    package var withoutMapping: SocketAddress {
        guard case .ipv6(0, let low, let port, _) = self, low >> 32 == 0xFFFF else { return self }
        return .ipv4(UInt32(truncatingIfNeeded: low), port: port)
    }

    /// unix(7): no bytes are no name, a leading zero is the abstract namespace, else a path that may end in
    /// zero.
    init(unixBytes bytes: [UInt8]) {
        switch bytes.first {
        case nil: self = .unnamed
        case 0: self = .abstract(name: String(decoding: bytes.dropFirst(), as: UTF8.self))
        default: self = .unix(path: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
        }
    }

    private static var unixHeaderBytes: Int { MemoryLayout<sa_family_t>.size }

    private static func reinterpret<Address>(_ storage: inout sockaddr_storage, as type: Address.Type)
        -> Address
    {
        unsafe withUnsafeBytes(of: &storage) { unsafe $0.loadUnaligned(as: type) }
    }

    private static func with<Address, Result, Failure: Error>(
        _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var address = address
        return unsafe try withUnsafePointer(to: &address) { pointer throws(Failure) in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer throws(Failure) in
                try unsafe body(pointer, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func with<Result, Failure: Error>(
        unix bytes: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(bytes.count <= maximumUnixBytes + 1, "unix address of \(bytes.count) bytes")
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        return unsafe try withUnsafePointer(to: &address) { pointer throws(Failure) in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer throws(Failure) in
                try unsafe body(pointer, socklen_t(unixHeaderBytes + bytes.count))
            }
        }
    }
}

extension sockaddr_in {
    init(_ address: UInt32, _ port: UInt16) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = port.bigEndian
        sin_addr.s_addr = address.bigEndian
    }
}

extension sockaddr_in6 {
    init(_ address: in6_addr, _ port: UInt16, _ scope: UInt32) {
        self.init()
        sin6_family = sa_family_t(AF_INET6)
        sin6_port = port.bigEndian
        sin6_addr = address
        sin6_scope_id = scope
    }
}

extension in6_addr {
    init(_ high: UInt64, _ low: UInt64) {
        self = unsafe unsafeBitCast((high.bigEndian, low.bigEndian), to: in6_addr.self)
    }

    var halves: (high: UInt64, low: UInt64) {
        let (high, low) = unsafe unsafeBitCast(self, to: (UInt64, UInt64).self)
        return (UInt64(bigEndian: high), UInt64(bigEndian: low))
    }
}
