// Reads the text forms of addresses. Invariant: parsing never asks the network; only `resolve` may.

import Glibc

extension SocketAddress {
    /// Reads `127.0.0.1:8443`, `[::1]:8443`, `[fe80::1%eth0]:8443`, `*:8443`, `:8443`, `unix:/path` or
    /// `unix:@name`.
    ///
    /// - Throws: `SocketFailure.Code.address` with what is wrong; a host name is wrong here, see
    ///   `resolve(_:)`.
    package init(parsing text: String) throws(SocketFailure) {
        if text.hasPrefix("unix:") {
            try self.init(unix: text.dropFirst(5), in: text)
            return
        }
        let (host, port) = try Self.split(text)
        if host.isEmpty || host == "*" {
            self = .any(port: port)
        } else if let address = Self(host: host, port: port) {
            self = address
        } else {
            throw SocketFailure(.address, nil, "\(text): \(host) is not an IP address")
        }
    }

    /// The addresses that a text stands for: itself if it parses, else what the resolver knows of its host
    /// name.
    ///
    /// Blocks on getaddrinfo(3) for a name, so it belongs to the start of the process and to the blocking
    /// pool.
    /// - Throws: `.address` for a malformed text, `.resolve` for a name without an address.
    package static func resolve(_ text: String) throws(SocketFailure) -> [SocketAddress] {
        if let address = literal(text) { return [address] }
        let (host, port) = try split(text)
        guard isHostName(host) else {
            throw SocketFailure(.address, nil, "\(text): \(host) is neither an IP address nor a host name")
        }
        return try lookUp(host, port, in: text)
    }

    /// Checks what `resolve(_:)` would take, host names included, without asking the resolver.
    ///
    /// - Throws: `.address` with what is wrong.
    package static func check(_ text: String) throws(SocketFailure) {
        if text.hasPrefix("unix:") {
            _ = try SocketAddress(parsing: text)
        } else if literal(text) == nil {
            let (host, _) = try split(text)
            guard isHostName(host) else {
                throw SocketFailure(
                    .address, nil, "\(text): \(host) is neither an IP address nor a host name")
            }
        }
    }

    private static func literal(_ text: String) -> SocketAddress? {
        do throws(SocketFailure) {
            return try SocketAddress(parsing: text)
        } catch {
            // Not a literal: the caller reads it as a name and has the better message.
            return nil
        }
    }

    private init(unix name: Substring, in text: String) throws(SocketFailure) {
        guard name.utf8.count <= Self.maximumUnixBytes else {
            throw SocketFailure(.address, nil, "\(text): longer than \(Self.maximumUnixBytes) bytes")
        }
        guard !name.utf8.contains(0) else {
            throw SocketFailure(.address, nil, "\(text): contains a NUL byte")
        }
        if name.hasPrefix("/"), name.count > 1 {
            self = .unix(path: String(name))
        } else if name.hasPrefix("@"), name.count > 1 {
            self = .abstract(name: String(name.dropFirst()))
        } else {
            throw SocketFailure(.address, nil, "\(text): needs an absolute path or @name after unix:")
        }
    }

    /// Splits at the last colon and takes the brackets off an IPv6 host.
    private static func split(_ text: String) throws(SocketFailure) -> (host: String, port: UInt16) {
        guard let colon = text.lastIndex(of: ":") else {
            throw SocketFailure(.address, nil, "\(text): no port")
        }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits)
        else {
            throw SocketFailure(.address, nil, "\(text): \(digits) is not a port from 0 to 65535")
        }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            return (try bracketed(host.dropFirst().dropLast(), in: text), port)
        }
        guard !host.contains(":"), !host.contains("["), !host.contains("]") else {
            throw SocketFailure(
                .address, nil, "\(text): an IPv6 address stands in brackets, as in [::1]:8443")
        }
        return (String(host), port)
    }

    private static func bracketed(_ host: Substring, in text: String) throws(SocketFailure) -> String {
        guard host.contains(":") else {
            throw SocketFailure(.address, nil, "\(text): \(host) in brackets is not an IPv6 address")
        }
        return String(host)
    }

    /// Reads an IP address alone, without brackets: `127.0.0.1`, `::1`.
    package init?(host: String, port: UInt16 = 0) {
        guard let address = Self(ipv4: host, port: port) ?? Self(ipv6: host, port: port) else { return nil }
        self = address
    }

    private init?(ipv4 host: String, port: UInt16) {
        var address = in_addr()
        guard unsafe inet_pton(AF_INET, host, &address) == 1 else { return nil }
        self = .ipv4(UInt32(bigEndian: address.s_addr), port: port)
    }

    private init?(ipv6 host: String, port: UInt16) {
        let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var address = in6_addr()
        guard let literal = parts.first, unsafe inet_pton(AF_INET6, String(literal), &address) == 1 else {
            return nil
        }
        var scope: UInt32 = 0
        if parts.count == 2 {
            scope = Self.scope(named: String(parts[1]))
            guard scope != 0 else { return nil }
        }
        let (high, low) = address.halves
        self = .ipv6(high, low, port: port, scope: scope)
    }

    /// An interface's index, from its number or its name; 0 if there is none.
    private static func scope(named name: String) -> UInt32 {
        if let number = UInt32(name) { return number }
        return unsafe if_nametoindex(name)
    }

    private static func isHostName(_ host: String) -> Bool {
        !host.isEmpty && host.utf8.count <= 253
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func lookUp(
        _ host: String, _ port: UInt16, in text: String
    ) throws(SocketFailure) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard status == 0, let first = unsafe list else {
            throw SocketFailure(.resolve, nil, "\(text): \(unsafe String(cString: gai_strerror(status)))")
        }
        defer { unsafe freeaddrinfo(first) }
        return unsafe addresses(of: first)
    }

    /// Copies the resolver's list, each address once, in its order.
    private static func addresses(of first: UnsafeMutablePointer<addrinfo>) -> [SocketAddress] {
        var found: [SocketAddress] = []
        var next: UnsafeMutablePointer<addrinfo>? = unsafe first
        while let entry = unsafe next {
            unsafe next = entry.pointee.ai_next
            guard let source = unsafe entry.pointee.ai_addr else { continue }
            let length = unsafe Int(entry.pointee.ai_addrlen)
            if let address = unsafe SocketAddress(copying: source, length: length), !found.contains(address) {
                found.append(address)
            }
        }
        return found
    }
}
