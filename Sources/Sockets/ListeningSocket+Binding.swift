// Makes listening sockets from addresses. Invariant: a unix path is taken over only if nobody listens on it.

import Glibc
import SystemPackage

extension ListeningSocket {
    /// Binds and listens, with SO_REUSEADDR and, for an explicit IPv6 address, IPV6_V6ONLY.
    ///
    /// What TCP connections need is set here because Linux lets accepted sockets inherit it: system calls less
    /// a connection. A unix socket's file gets mode 0660 before the first connection can come.
    /// - Parameter backlog: what listen(2) takes; the kernel caps it at `net.core.somaxconn`.
    package convenience init(binding address: SocketAddress, backlog: CInt = 4096) throws(SocketFailure) {
        let descriptor = try Self.make(address)
        let file = try Self.bind(descriptor, to: address)
        let number = descriptor.rawValue
        try Syscall.retrying(.listen, "\(address)") { listen(number, backlog) }
        let bound = try Self.wrapping(.option, address) { () throws(Errno) in
            try SocketOption.localAddress(number)
        }
        self.init(descriptor, address: address.withPort(bound.port), isAdopted: false, boundFile: file)
    }

    private static func make(_ address: SocketAddress) throws(SocketFailure) -> OwnedDescriptor {
        let descriptor = try wrapping(.create, address) { () throws(Errno) in
            try SocketOption.makeStream(family: address.family)
        }
        let number = descriptor.rawValue
        try wrapping(.option, address) { () throws(Errno) in
            switch address {
            case .ipv6: try SocketOption.set(number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, to: 1)
            case .any: try SocketOption.set(number, CInt(IPPROTO_IPV6), IPV6_V6ONLY, to: 0)
            default: break
            }
            guard address.isInternet else { return }
            try SocketOption.set(number, SOL_SOCKET, SO_REUSEADDR, to: 1)
            try SocketOption.setForConnections(number)
        }
        return descriptor
    }

    private static func bind(
        _ descriptor: borrowing OwnedDescriptor, to address: SocketAddress
    ) throws(SocketFailure) -> UnixSocketFile? {
        let number = descriptor.rawValue
        guard case .unix(let path) = address else {
            try Syscall.retrying(.bind, "\(address)") {
                unsafe address.withSockaddr { unsafe Glibc.bind(number, $0, $1) }
            }
            return nil
        }
        return try wrapping(.bind, address) { () throws(Errno) in
            try UnixSocketFile.bind(number, to: path)
        }
    }

    static func wrapping<Value: ~Copyable>(
        _ code: SocketFailure.Code, _ address: SocketAddress, _ body: () throws(Errno) -> Value
    ) throws(SocketFailure) -> Value {
        do throws(Errno) {
            return try body()
        } catch {
            throw SocketFailure(code, error, "\(address)")
        }
    }
}

extension SocketAddress {
    /// The same address with the port that the kernel chose.
    fileprivate func withPort(_ port: UInt16?) -> SocketAddress {
        guard let port else { return self }
        return switch self {
        case .ipv4(let address, _): .ipv4(address, port: port)
        case .ipv6(let high, let low, _, let scope): .ipv6(high, low, port: port, scope: scope)
        case .any: .any(port: port)
        case .unix, .abstract, .unnamed: self
        }
    }
}
