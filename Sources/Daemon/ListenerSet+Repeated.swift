// What no two entries may have: one socket serves one entry, by one set of rules.

import Configuration
import Server
import Sockets

extension ListenerSet {
    /// Reports each entry that has an address of one before it.
    ///
    /// - Parameter asksResolver: whether host names other than `localhost` are looked up, as a start does it.
    func reportRepeatedAddresses(
        _ settings: Settings, asksResolver: Bool = true, into diagnostics: inout [Diagnostic]
    ) {
        var claims: [Claim] = []
        for entry in settings.listenEntries {
            let claim = Claim(entry: entry, addresses: addresses(of: entry, asksResolver))
            if let message = claims.lazy.compactMap(claim.conflict).first {
                diagnostics.append(.error(at: entry.location, message))
            }
            claims.append(claim)
        }
    }

    /// Where an entry listens, or will; without ports that the kernel is to choose.
    private func addresses(of entry: ListenEntry, _ asksResolver: Bool) -> [SocketAddress] {
        let kept = kept(for: entry)
        guard kept.isEmpty else { return kept.map(\.address) }
        switch entry.address {
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
    let entry: ListenEntry
    let addresses: [SocketAddress]

    /// What is wrong beside an entry before it; nil when nothing is.
    func conflict(with other: Claim) -> String? {
        let (address, theirs) = (entry.address, other.entry.address)
        if case .activated = address, case .activated = theirs {
            // Two names are two sockets, whatever their addresses: they may be of different interfaces.
            return address == theirs ? "\(entry.key): \(address) is an entry of \(other.entry.key), too" : nil
        }
        guard let shared = addresses.first(where: { other.addresses.contains(where: $0.overlaps) }) else {
            return nil
        }
        return "\(entry.key): \(address) needs \(shared), and so does \(theirs) of \(other.entry.key)"
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
