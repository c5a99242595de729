// How many wrong passwords came from where: a minute at a time, and of a bounded number of clients.

import HandlerKit
import Sockets

/// The failed logins of clients.
struct FailedLogins: Sendable {
    /// Clients that are counted as one: an IPv4 address, a network of 64 bits of IPv6, all unix sockets.
    typealias Client = SocketAddress

    private struct Count: Sendable {
        var failures: Int
        /// When it is forgotten, in seconds since 1970.
        let end: Int64
    }

    /// How long a failure counts, in seconds.
    static let window: Int64 = 60
    /// Clients that are kept in mind.
    static let mostClients = 4096

    private let limit: Int
    private var counts: [Client: Count] = [:]

    /// - Parameter limit: Failures of one client in a minute.
    init(limit: Int) { self.limit = limit }

    /// Counts an attempt as failed until it is forgiven.
    ///
    /// - Returns: nil if it may be made, else after how many seconds another may.
    mutating func begin(_ client: Client, at now: Int64) -> Int64? {
        var count = counts[client] ?? Count(failures: 0, end: now + Self.window)
        // The clock may have been set back.
        if count.end <= now || count.end > now + Self.window {
            count = Count(failures: 0, end: now + Self.window)
        }
        guard count.failures < limit else { return count.end - now }
        count.failures += 1
        if counts[client] == nil, counts.count >= Self.mostClients { makeRoom() }
        counts[client] = count
        return nil
    }

    /// Takes back an attempt that was none.
    mutating func forgive(_ client: Client) {
        guard var count = counts.removeValue(forKey: client), count.failures > 1 else { return }
        count.failures -= 1
        counts[client] = count
    }

    /// Whether the client's next attempt will not be made.
    func isSpent(_ client: Client) -> Bool { counts[client].map { $0.failures >= limit } ?? false }

    /// Forgets the client whose time is over first.
    private mutating func makeRoom() {
        guard let oldest = counts.min(by: { $0.value.end < $1.value.end }) else { return }
        counts[oldest.key] = nil
    }

    /// How many clients are kept in mind.
    var clients: Int { counts.count }
}

extension SocketAddress {
    /// The client that failed logins are counted of; one whose address can't be read is as one of a unix socket.
    static func client(_ endpoint: Endpoint) -> SocketAddress {
        let address = SocketAddress(endpoint) ?? .unnamed
        guard case .ipv6(let high, _, _, _) = address else { return address }
        return .ipv6(high, 0, port: 0)
    }
}
