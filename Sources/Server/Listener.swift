// A listening socket with what the configuration says of it; shared by all workers.

import Configuration
import HandlerKit
import Sockets
import TLS

/// What holds for all connections from a listener.
package struct ListenerRules: Sendable, Hashable {
    /// Whether connections speak TLS.
    package let isTLS: Bool
    /// The peers that begin with a PROXY header; nobody else's is read.
    package let trustedProxies: [AddressRange]
    /// What is wrong on purpose.
    package let fault: TLSFault?

    /// The rules of an entry of `listen` or `listen_plain`.
    package init(isTLS: Bool) {
        self.isTLS = isTLS
        trustedProxies = []
        fault = nil
    }

    /// The rules of a `[listen NAME]` section.
    package init(_ section: Section) {
        isTLS = section[ListenKeys.tls]
        trustedProxies = section[ListenKeys.proxyProtocol] ? section[ListenKeys.trusted] : []
        fault = section[ListenKeys.fault]
    }

    /// Whether the peer begins with a PROXY header.
    func trusts(_ peer: SocketAddress) -> Bool { trustedProxies.contains { $0.contains(peer) } }
}

/// What a connection knows of its listener.
///
/// Connections outlive listeners: the socket is not among it, so that it closes when nobody accepts from it any
/// more.
final class ListenerFacts: Sendable {
    let rules: ListenerRules
    /// Whether it only serves the server's requests to itself, beside all limits.
    let isInternal: Bool
    /// What the entry says.
    let name: String
    /// Where it is bound.
    let address: SocketAddress
    /// The same for pages and logs: made here, since each connection has it.
    let endpoint: Endpoint

    init(name: String, address: SocketAddress, rules: ListenerRules, isInternal: Bool) {
        self.name = name
        self.address = address
        endpoint = Endpoint(address)
        self.rules = rules
        self.isInternal = isInternal
    }

    /// Whether connections speak TLS.
    var isTLS: Bool { rules.isTLS }
}

/// A socket that connections are accepted from.
package final class Listener: Sendable {
    /// The entry that it came from; two listeners of one entry differ in their address.
    package let entry: ListenAddress
    package let socket: ListeningSocket
    let facts: ListenerFacts

    package init(
        entry: ListenAddress, rules: ListenerRules, socket: ListeningSocket, isInternal: Bool = false
    ) {
        self.entry = entry
        self.socket = socket
        facts = ListenerFacts(
            name: entry.description, address: socket.address, rules: rules, isInternal: isInternal)
    }

    /// What holds for all connections from it.
    package var rules: ListenerRules { facts.rules }
    /// Whether connections speak TLS.
    package var isTLS: Bool { facts.isTLS }
    /// Whether it only serves the server's requests to itself, beside all limits.
    var isInternal: Bool { facts.isInternal }
    /// What the entry says.
    package var name: String { facts.name }
    /// Where it is bound.
    package var address: SocketAddress { facts.address }

    /// What pages show of it.
    package var status: ServerStatus.Listener {
        ServerStatus.Listener(
            name: name, address: address.description, isTLS: isTLS, isActivated: socket.isAdopted,
            fault: rules.fault?.rawValue)
    }
}
