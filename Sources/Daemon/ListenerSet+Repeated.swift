// What no two entries of listen and listen_plain may have: one socket serves one entry, with TLS or without it.

import Configuration
import Server
import Sockets

extension ListenerSet {
    /// Reports each entry that has an address of one before it; the same entry twice in one list is one.
    ///
    /// - Parameter asksResolver: whether host names other than `localhost` are looked up, as a start does it.
    func reportRepeatedAddresses(
        _ settings: Settings, asksResolver: Bool = true, into diagnostics: inout [Diagnostic]
    ) {
        var claims: [Claim] = []
        for key in [ServerKeys.listen, ServerKeys.listenPlain] {
            for entry in settings.server.optional(key) ?? [] {
                let claim = Claim(
                    key: key.name, entry: entry,
                    addresses: addresses(of: entry, isTLS: key.name == ServerKeys.listen.name, asksResolver))
                guard !claims.contains(where: { $0.key == claim.key && $0.entry == claim.entry }) else {
                    continue
                }
                if let message = claims.lazy.compactMap(claim.conflict).first {
                    diagnostics.append(.error(at: settings.server.location(of: key), message))
                }
                claims.append(claim)
            }
        }
    }

    /// Where an entry listens, or will; without ports that the kernel is to choose.
    private func addresses(of entry: ListenAddress, isTLS: Bool, _ asksResolver: Bool) -> [SocketAddress] {
        let kept = listeners.filter { $0.entry == entry && $0.isTLS == isTLS }
        guard kept.isEmpty else { return kept.map(\.address) }
        switch entry {
        case .activated(let name):
            return activated.filter { $0.name == name }.map(\.socket.address)
        case .address(let text):
            do throws(SocketFailure) {
                let found =
                    asksResolver || text.hasPrefix("localhost:")
                    ? try SocketAddress.resolve(text) : [try SocketAddress(parsing: text)]
                return found.filter { $0.port != 0 }
            } catch {
                // A name that has no address, which is told when it is to be bound, or one that isn't looked up.
                return []
            }
        }
    }
}

/// An entry with what it listens at.
private struct Claim {
    let key: String
    let entry: ListenAddress
    let addresses: [SocketAddress]

    /// What is wrong beside an entry before it; nil when nothing is.
    func conflict(with other: Claim) -> String? {
        if case .activated = entry, case .activated = other.entry {
            // Two names are two sockets, whatever their addresses: they may be of different interfaces.
            return entry == other.entry ? "\(key): \(entry) is an entry of \(other.key), too" : nil
        }
        guard let shared = addresses.first(where: { other.addresses.contains(where: $0.overlaps) }) else {
            return nil
        }
        return "\(key): \(entry) needs \(shared), and so does \(other.entry) of \(other.key)"
    }
}

extension SocketAddress {
    /// Whether two sockets can't listen at both: a wildcard has every address of its kind (ip(7), ipv6(7)).
    fileprivate func overlaps(_ other: SocketAddress) -> Bool {
        if self == other { return true }
        guard let port, port == other.port else { return false }
        return switch (self, other) {
        case (.any, _), (_, .any), (.ipv4(0, _), .ipv4), (.ipv4, .ipv4(0, _)), (.ipv6(0, 0, _, _), .ipv6),
            (.ipv6, .ipv6(0, 0, _, _)):
            true
        default: false
        }
    }
}
