// Owns what an authority may sign for: the permitted subtrees of RFC 5280 §4.2.1.10, written and read back.
import COpenSSL
internal import Sockets

/// A part of the names or addresses that an authority may sign for.
package enum PermittedSubtree: Sendable, Hashable, CustomStringConvertible {
    /// A DNS name and all names below it, in lower case without a dot in front.
    case domain(String)
    /// The addresses that begin with the first bits of one.
    case network([UInt8], prefixLength: Int)

    /// Reads "example.dev", ".example.dev" (the same), or what `AddressRange` reads of IP: "203.0.113.0/24",
    /// "2001:db8::/32", a single address.
    package init?(_ text: String) {
        // What is no range of addresses may be a name.
        switch try? AddressRange(parsing: text) {
        case .ipv4(let bits, let prefix):
            self = .network(bytes(of: bits), prefixLength: prefix)
            return
        case .ipv6(let high, let low, let prefix):
            self = .network(bytes(of: high) + bytes(of: low), prefixLength: prefix)
            return
        case .unix, nil: break
        }
        let name = (text.hasPrefix(".") ? text.dropFirst() : text[...]).lowercased()
        guard isServerName(name), !name.hasPrefix("*") else { return nil }
        self = .domain(name)
    }

    /// Reads the kernel of a constraint in a certificate; nil for kinds that are not used here.
    init?(_ name: GeneralName) {
        switch name {
        case .domain(let name):
            self = .domain((name.hasPrefix(".") ? name.dropFirst() : name[...]).lowercased())
        case .address(let bytes) where bytes.count == 8 || bytes.count == 32:
            let length = bytes.suffix(bytes.count / 2).reduce(0) { $0 + $1.nonzeroBitCount }
            self = .network(masked(Array(bytes.prefix(bytes.count / 2)), length), prefixLength: length)
        case .address, .email, .uri:
            return nil
        }
    }

    /// "example.dev", "203.0.113.0/24".
    package var description: String {
        switch self {
        case .domain(let name): name
        case .network(let address, let length): "\(IPAddressText.string(address) ?? "")/\(length)"
        }
    }

    /// Whether a DNS name, a wildcard or an address lies in it.
    func contains(_ name: String) -> Bool {
        switch self {
        case .domain(let domain):
            return name == domain || (name.hasSuffix(domain) && name.dropLast(domain.count).hasSuffix("."))
        case .network(let network, let length):
            guard let address = IPAddressText.bytes(name) else { return false }
            return address.count == network.count && masked(address, length) == network
        }
    }

    /// Whether all of another one lies in it.
    func contains(_ other: PermittedSubtree) -> Bool {
        switch other {
        case .domain(let name): contains(name)
        case .network(let network, let length):
            if case .network(let own, let ownLength) = self {
                own.count == network.count && ownLength <= length && masked(network, ownLength) == own
            } else {
                false
            }
        }
    }

    /// As x509v3_config(5) writes it: "DNS:example.dev", "IP:10.0.0.0/255.0.0.0".
    fileprivate var extensionValue: String {
        switch self {
        case .domain(let name): return "DNS:\(name)"
        case .network(let address, let length):
            let mask = masked([UInt8](repeating: 0xFF, count: address.count), length)
            return "IP:\(IPAddressText.string(address) ?? "")/\(IPAddressText.string(mask) ?? "")"
        }
    }
}

/// All that an authority may sign for.
package struct NameConstraints: Sendable, Hashable {
    package let permitted: [PermittedSubtree]

    /// Names that no public authority may sign for (RFC 6761, RFC 6762, RFC 8375; `.internal` by ICANN's resolution
    /// of 2024), and loopback, private and link-local addresses.
    static let local = NameConstraints(
        permitted: [
            "localhost", "local", "test", "internal", "home.arpa", "127.0.0.0/8", "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16", "169.254.0.0/16", "::1", "fc00::/7", "fe80::/10",
        ].compactMap { PermittedSubtree($0) })

    init(permitted: [PermittedSubtree]) { self.permitted = permitted }

    /// What a certificate says; nil if it has no such extension.
    init?(of certificate: Certificate) {
        guard let constraints = unsafe copenssl_name_constraints(certificate.pointer) else { return nil }
        defer { unsafe NAME_CONSTRAINTS_free(constraints) }
        permitted = unsafe (0..<copenssl_permitted_count(constraints)).compactMap { index in
            unsafe GeneralName(copenssl_permitted_at(constraints, index)).flatMap { PermittedSubtree($0) }
        }
    }

    /// The same with more in it.
    func adding(_ further: [PermittedSubtree]) -> NameConstraints {
        NameConstraints(permitted: permitted + further.filter { !contains($0) })
    }

    /// Whether a DNS name in lower case, a wildcard or an address may be signed for.
    package func permits(_ name: String) -> Bool { permitted.contains { $0.contains(name) } }

    /// Whether all of a part may be signed for.
    func contains(_ part: PermittedSubtree) -> Bool { permitted.contains { $0.contains(part) } }

    /// As x509v3_config(5) writes it.
    var extensionValue: String {
        permitted.map { "permitted;\($0.extensionValue)" }.joined(separator: ",")
    }
}

/// In network order.
private func bytes(of bits: some FixedWidthInteger) -> [UInt8] {
    unsafe withUnsafeBytes(of: bits.bigEndian) { unsafe Array($0) }
}

/// An address with all but its first bits cleared.
private func masked(_ address: [UInt8], _ bits: Int) -> [UInt8] {
    address.enumerated().map { index, byte in
        let kept = min(max(bits - index * 8, 0), 8)
        return byte & ~UInt8(truncatingIfNeeded: 0xFF >> kept)
    }
}
