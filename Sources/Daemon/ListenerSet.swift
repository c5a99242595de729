// Which sockets are listened on: those that stay are kept, others are bound or taken over from systemd.

import Configuration
import HandlerKit
import Server
import Sockets
import Supervision
import SystemPackage

/// All listeners of the process, and the sockets that systemd handed over, used or not.
struct ListenerSet {
    private(set) var listeners: [Listener] = []
    /// Kept as long as the process runs: a later configuration may ask for them.
    let activated: [(name: String, socket: ListeningSocket)]
    private let bind: Binding

    /// Makes a socket that listens at an address.
    typealias Binding = @Sendable (SocketAddress) throws(SocketFailure) -> ListeningSocket

    /// Adopts what systemd handed over.
    ///
    /// - Parameters:
    ///   - problems: gets a line for each descriptor that is no listening stream socket.
    ///   - bind: how sockets are made for addresses that nobody has yet.
    init(
        adopting sockets: [ActivatedSocket], problems: inout [String],
        bind: @escaping Binding = { (address) throws(SocketFailure) in try ListeningSocket(binding: address) }
    ) {
        self.bind = bind
        var activated: [(name: String, socket: ListeningSocket)] = []
        for socket in sockets {
            let descriptor = OwnedDescriptor(takingOwnership: socket.descriptor.rawValue)
            do throws(SocketFailure) {
                activated.append((socket.name, try ListeningSocket(adopting: descriptor)))
            } catch {
                problems.append("the descriptor '\(socket.name)' that was handed over is of no use: \(error)")
            }
        }
        self.activated = activated
    }

    /// The names of sockets that were handed over and that no listener uses.
    var unused: [String] {
        activated.filter { entry in !listeners.contains { $0.socket === entry.socket } }.map(\.name)
    }

    /// The listeners that the settings ask for: those that are there already, and new ones, bound at once.
    ///
    /// Nothing of this set changes; dropping the result closes what is new. On a machine without IPv6 its loopback is
    /// passed over with a warning, as long as there is something else to listen on: the default names it.
    func planned(_ settings: Settings, into diagnostics: inout [Diagnostic]) -> [Listener] {
        var absent: [Diagnostic] = []
        let planned = settings.listenEntries.flatMap { plan($0, absent: &absent, into: &diagnostics) }
        diagnostics += absent.map { planned.isEmpty ? $0 : .warning(at: $0.location, $0.message) }
        return planned
    }

    /// Reports each name that no socket has: the file or the socket unit is wrong, and trying again won't help.
    func reportMissingNames(_ settings: Settings, into diagnostics: inout [Diagnostic]) {
        for entry in settings.listenEntries {
            guard case .activated(let name) = entry.address, !activated.contains(where: { $0.name == name })
            else { continue }
            let message = "\(entry.key): no socket named '\(name)' was handed over by the service manager"
            diagnostics.append(.error(at: entry.location, message))
        }
    }

    /// Makes planned listeners the current ones.
    mutating func adopt(_ listeners: [Listener]) {
        self.listeners = listeners
    }

    private func plan(
        _ entry: ListenEntry, absent: inout [Diagnostic], into diagnostics: inout [Diagnostic]
    ) -> [Listener] {
        do throws(SocketFailure) {
            return try listeners(for: entry) { failure in
                absent.append(.error(at: entry.location, "\(entry.key): \(failure)"))
            }
        } catch {
            diagnostics.append(.error(at: entry.location, "\(entry.key): \(error)"))
            return []
        }
    }

    /// The listeners of an entry that are there already.
    func kept(for entry: ListenEntry) -> [Listener] {
        listeners.filter { $0.entry == entry.address && $0.rules == entry.rules }
    }

    /// - Parameter onAbsence: told of each address that a machine without IPv6 doesn't have.
    private func listeners(
        for entry: ListenEntry, onAbsence: (SocketFailure) -> Void
    ) throws(SocketFailure) -> [Listener] {
        let kept = kept(for: entry)
        guard kept.isEmpty else { return kept }
        switch entry.address {
        case .activated(let name):
            return activated.filter { $0.name == name }.map {
                Listener(entry: entry.address, rules: entry.rules, socket: $0.socket)
            }
        case .address(let text):
            var made: [Listener] = []
            for address in try SocketAddress.resolve(text) {
                do throws(SocketFailure) {
                    made.append(
                        Listener(entry: entry.address, rules: entry.rules, socket: try socket(at: address)))
                } catch {
                    guard address.isIPv6Loopback, error.saysThatAddressIsAbsent else { throw error }
                    onAbsence(error)
                }
            }
            return made
        }
    }

    /// A socket at an address: one that systemd bound there already, or one that listens now, or a new one.
    private func socket(at address: SocketAddress) throws(SocketFailure) -> ListeningSocket {
        if let known = activated.first(where: { $0.socket.address == address }) { return known.socket }
        if let open = listeners.first(where: { $0.address == address }) { return open.socket }
        return try bind(address)
    }
}

extension SocketAddress {
    fileprivate var isIPv6Loopback: Bool {
        if case .ipv6 = self { isLoopback } else { false }
    }
}

extension SocketFailure {
    /// ipv6(7): the address is nowhere on this machine, or the kernel has no IPv6 at all.
    fileprivate var saysThatAddressIsAbsent: Bool {
        errno == .addressNotAvailable || errno == .addressFamilyNotSupported
    }
}
