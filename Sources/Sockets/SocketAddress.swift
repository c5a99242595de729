// The address of a stream socket as a value. Invariant: IPv4 mapped into IPv6 is always held as `ipv4`.

import Glibc

/// Where a stream socket is bound or connected.
package enum SocketAddress: Hashable, Sendable {
    /// Four bytes as a number in host order: 127.0.0.1 is 0x7F00_0001.
    case ipv4(UInt32, port: UInt16)
    /// Sixteen bytes as two numbers in host order; `scope` is an interface's index or 0.
    case ipv6(UInt64, UInt64, port: UInt16, scope: UInt32 = 0)
    /// Every local address of both families: one IPv6 socket without `IPV6_V6ONLY`.
    case any(port: UInt16)
    /// A unix socket in the file system.
    case unix(path: String)
    /// A unix socket in Linux's abstract namespace; the name has no leading `@`.
    case abstract(name: String)
    /// A unix socket without a name, such as most clients have.
    case unnamed

    /// The longest path or name that `sockaddr_un` takes, unix(7).
    package static let maximumUnixBytes = 107

    /// The TCP port, nil for unix sockets.
    package var port: UInt16? {
        switch self {
        case .ipv4(_, let port), .ipv6(_, _, let port, _), .any(let port): port
        case .unix, .abstract, .unnamed: nil
        }
    }

    /// Whether this is a TCP address.
    package var isInternet: Bool { port != nil }

    /// Whether only this machine can reach it or come from it.
    package var isLoopback: Bool {
        switch self {
        case .ipv4(let address, _): address >> 24 == 127
        case .ipv6(let high, let low, _, _): high == 0 && low == 1
        case .any: false
        case .unix, .abstract, .unnamed: true
        }
    }

    /// The same address without its port: `127.0.0.1`, `::1`, `*`, `unix:/path`, `unix:`.
    package var host: String {
        switch self {
        case .ipv4(let address, _): Self.text(ipv4: address)
        case .ipv6(let high, let low, _, let scope):
            Self.text(ipv6: high, low) + (scope == 0 ? "" : "%\(scope)")
        case .any: "*"
        case .unix(let path): "unix:\(path)"
        case .abstract(let name): "unix:@\(name)"
        case .unnamed: "unix:"
        }
    }

    // Each connection has one: written digit by digit it costs a tenth of an interpolation.
    private static func text(ipv4 address: UInt32) -> String {
        unsafe String(unsafeUninitializedCapacity: 15) { text in
            var count = 0
            func append(_ byte: UInt8) {
                unsafe text[count] = byte
                count += 1
            }
            for shift in stride(from: 24, through: 0, by: -8) {
                let octet = UInt8(truncatingIfNeeded: address >> UInt32(shift))
                if octet >= 100 { append(UInt8(ascii: "0") + octet / 100) }
                if octet >= 10 { append(UInt8(ascii: "0") + octet / 10 % 10) }
                append(UInt8(ascii: "0") + octet % 10)
                if shift > 0 { append(UInt8(ascii: ".")) }
            }
            return count
        }
    }

    private static func text(ipv6 high: UInt64, _ low: UInt64) -> String {
        var address = in6_addr(high, low)
        let capacity = Int(INET6_ADDRSTRLEN)
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
            guard let start = buffer.baseAddress,
                unsafe inet_ntop(AF_INET6, &address, start, socklen_t(capacity)) != nil
            else { preconditionFailure("inet_ntop of sixteen bytes into \(capacity)") }
            return unsafe String(cString: start)
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// The form that `init(parsing:)` reads: `127.0.0.1:8443`, `[::1]:8443`, `*:8443`, `unix:/path`,
    /// `unix:@name`.
    package var description: String {
        switch self {
        case .ipv4(_, let port), .any(let port): "\(host):\(port)"
        case .ipv6(_, _, let port, _): "[\(host)]:\(port)"
        case .unix, .abstract, .unnamed: host
        }
    }
}
