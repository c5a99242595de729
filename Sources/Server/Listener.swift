// A listening socket with what the configuration says of it; shared by all workers.

import HandlerKit
import Sockets

/// A socket that connections are accepted from.
package final class Listener: Sendable {
    /// The entry that it came from; two listeners of one entry differ in their address.
    package let entry: ListenAddress
    /// Whether connections speak TLS.
    package let isTLS: Bool
    package let socket: ListeningSocket
    /// Whether it only serves the server's requests to itself, beside all limits.
    let isInternal: Bool

    package init(entry: ListenAddress, isTLS: Bool, socket: ListeningSocket, isInternal: Bool = false) {
        self.entry = entry
        self.isTLS = isTLS
        self.socket = socket
        self.isInternal = isInternal
    }

    /// What the entry says.
    package var name: String { entry.description }
    /// Where it is bound.
    package var address: SocketAddress { socket.address }

    /// What pages show of it.
    package var status: ServerStatus.Listener {
        ServerStatus.Listener(
            name: name, address: address.description, isTLS: isTLS, isActivated: socket.isAdopted)
    }
}
