// A set of peers, by what their addresses begin with. Invariant: bits behind the prefix are zero.

/// The addresses with a common prefix (RFC 4632 §3.1, RFC 4291 §2.3), or all unix sockets.
package enum AddressRange: Hashable, Sendable {
    /// The leading `prefix` bits of four bytes in host order.
    case ipv4(UInt32, prefix: Int)
    /// The leading `prefix` bits of sixteen bytes in host order.
    case ipv6(UInt64, UInt64, prefix: Int)
    /// Every unix socket.
    case unix

    /// Reads `10.0.0.0/8`, `192.0.2.1`, `fd00::/8`, `::1` or `unix`.
    ///
    /// - Throws: `SocketFailure.Code.address` with what is wrong, such as bits behind the prefix.
    package init(parsing text: String) throws(SocketFailure) {
        if text == "unix" {
            self = .unix
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = SocketAddress(host: String(parts[0])) else {
            throw SocketFailure(.address, nil, "\(text): \(parts[0]) is no IP address")
        }
        let bits = if case .ipv4 = address { 32 } else { 128 }
        var prefix = bits
        if parts.count == 2 {
            guard let number = Self.number(parts[1]), number <= bits else {
                throw SocketFailure(
                    .address, nil, "\(text): \(parts[1]) is not a prefix of 0 to \(bits) bits")
            }
            prefix = number
        }
        let range: Self
        switch address {
        case .ipv4(let bits, _): range = .ipv4(bits & Self.mask(prefix), prefix: prefix)
        case .ipv6(let high, let low, _, _):
            range = .ipv6(
                high & Self.mask(min(prefix, 64)), low & Self.mask(max(prefix - 64, 0)), prefix: prefix)
        case .any, .unix, .abstract, .unnamed: preconditionFailure("\(address) of an IP address")
        }
        guard range.first == address else {
            throw SocketFailure(.address, nil, "\(text): there are bits behind the prefix, \(range) has none")
        }
        self = range.withoutMapping
    }

    /// Whether the address, whatever its port, is in the range.
    package func contains(_ address: SocketAddress) -> Bool {
        switch (self, address) {
        case (.ipv4(let bits, let prefix), .ipv4(let peer, _)): peer & Self.mask(prefix) == bits
        case (.ipv6(let high, let low, let prefix), .ipv6(let peerHigh, let peerLow, _, _)):
            peerHigh & Self.mask(min(prefix, 64)) == high && peerLow & Self.mask(max(prefix - 64, 0)) == low
        case (.unix, .unix), (.unix, .abstract), (.unix, .unnamed): true
        default: false
        }
    }

    /// How many bits its addresses have in common; 0 for unix sockets.
    package var prefix: Int {
        switch self {
        case .ipv4(_, let prefix), .ipv6(_, _, let prefix): prefix
        case .unix: 0
        }
    }

    /// The range's first address, without a port.
    private var first: SocketAddress {
        switch self {
        case .ipv4(let bits, _): .ipv4(bits, port: 0)
        case .ipv6(let high, let low, _): .ipv6(high, low, port: 0)
        case .unix: .unnamed
        }
    }

    /// RFC 4291 §2.5.5.2: `SocketAddress` holds peers that are mapped into IPv6 as IPv4.
    private var withoutMapping: Self {
        guard case .ipv6(0, let low, let prefix) = self, prefix >= 96, low >> 32 == 0xFFFF else {
            return self
        }
        return .ipv4(UInt32(truncatingIfNeeded: low), prefix: prefix - 96)
    }

    private static func mask<Bits: FixedWidthInteger>(_ prefix: Int) -> Bits {
        prefix == 0 ? 0 : ~0 << (Bits.bitWidth - prefix)
    }

    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }
}

extension AddressRange: CustomStringConvertible {
    /// The form that `init(parsing:)` reads.
    package var description: String {
        switch self {
        case .ipv4(_, let prefix): prefix == 32 ? first.host : "\(first.host)/\(prefix)"
        case .ipv6(_, _, let prefix): prefix == 128 ? first.host : "\(first.host)/\(prefix)"
        case .unix: "unix"
        }
    }
}
