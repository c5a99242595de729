// A listening socket with what the configuration says of it; shared by all workers.

import HandlerKit
import Sockets

/// What a connection knows of its listener.
///
/// Connections outlive listeners: the socket is not among it, so that it closes when nobody accepts from it any
/// more.
final class ListenerFacts: Sendable {
    /// Whether connections speak TLS.
    let isTLS: Bool
    /// Whether it only serves the server's requests to itself, beside all limits.
    let isInternal: Bool
    /// What the entry says.
    let name: String
    /// Where it is bound.
    let address: SocketAddress
    /// The same for pages and logs: made here, since each connection has it.
    let endpoint: Endpoint

    init(name: String, address: SocketAddress, isTLS: Bool, isInternal: Bool) {
        self.name = name
        self.address = address
        endpoint = Endpoint(address)
        self.isTLS = isTLS
        self.isInternal = isInternal
    }
}

/// A socket that connections are accepted from.
package final class Listener: Sendable {
    /// The entry that it came from; two listeners of one entry differ in their address.
    package let entry: ListenAddress
    package let socket: ListeningSocket
    let facts: ListenerFacts

    package init(entry: ListenAddress, isTLS: Bool, socket: ListeningSocket, isInternal: Bool = false) {
        self.entry = entry
        self.socket = socket
        facts = ListenerFacts(
            name: entry.description, address: socket.address, isTLS: isTLS, isInternal: isInternal)
    }

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
            name: name, address: address.description, isTLS: isTLS, isActivated: socket.isAdopted)
    }
}
