// How many connections there are, in all and of each address: the one thing that workers share while they serve.

import Sockets
import Synchronization

/// Counts the connections of all workers against their limits.
final class Admission: Sendable {
    private let total = Atomic(0)
    /// Whether a worker stopped accepting because of the limit and waits to be told.
    private let isFull = Atomic(false)
    /// That accepting pauses is told at most once a minute, each reason by itself: connections come and go at a
    /// limit, lines should not.
    let limitNotice = NoticeInterval()
    let descriptorNotice = NoticeInterval()
    let listenerNotice = NoticeInterval()
    private let addresses = Mutex<[SocketAddress.Host: Int]>([:])

    /// Connections that are open now.
    var count: Int { total.load(ordering: .relaxed) }

    /// Counts a connection unless that would be one too many; then accepting has to pause until ``leave`` says so.
    func enter(limit: Int) -> Bool {
        let (_, now) = total.add(1, ordering: .acquiringAndReleasing)
        guard now > limit else { return true }
        isFull.store(true, ordering: .sequentiallyConsistent)
        // One may have left between the two lines above and seen no one waiting.
        return total.subtract(1, ordering: .sequentiallyConsistent).newValue < limit
            ? enter(limit: limit) : false
    }

    /// Counts a connection whatever the limit is.
    func enterAnyway() {
        total.add(1, ordering: .acquiringAndReleasing)
    }

    /// Takes a connection off.
    ///
    /// - Returns: whether workers that paused may accept again.
    func leave() -> Bool {
        total.subtract(1, ordering: .sequentiallyConsistent)
        return isFull.load(ordering: .sequentiallyConsistent)
            && isFull.exchange(false, ordering: .sequentiallyConsistent)
    }

    /// Counts a connection of an address and says whether that is within the limit.
    func enter(_ host: SocketAddress.Host, limit: Int) -> Bool {
        addresses.withLock { addresses in
            let now = addresses[host, default: 0] + 1
            addresses[host] = now
            return now <= limit
        }
    }

    /// Takes a connection of an address off.
    func leave(_ host: SocketAddress.Host) {
        addresses.withLock { addresses in
            guard let now = addresses[host] else { return }
            addresses[host] = now > 1 ? now - 1 : nil
        }
    }
}

extension SocketAddress {
    /// An address without its port.
    enum Host: Hashable, Sendable {
        case ipv4(UInt32)
        case ipv6(UInt64, UInt64)
        case local
    }

    /// The address without its port; all clients of unix sockets are one.
    var hostKey: Host {
        switch self {
        case .ipv4(let address, _): .ipv4(address)
        case .ipv6(let high, let low, _, _): .ipv6(high, low)
        case .any, .unix, .abstract, .unnamed: .local
        }
    }
}
