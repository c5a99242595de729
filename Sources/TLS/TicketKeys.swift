// Owns the keys that seal session tickets (RFC 5077, RFC 8446 §4.6.1); the newest seals, all that live open.
import COpenSSL
import Glibc
import Synchronization

/// Rotating session ticket keys, shared by all workers and contexts and kept over reloads.
///
/// A key seals new tickets for one `rotation` and opens them for one more, so that a ticket lives at least one
/// rotation. The lock is taken once in a handshake that makes or brings a ticket, never for a request.
package final class TicketKeys: Sendable {
    /// How long a key seals new tickets.
    package let rotation: Duration

    private let now: @Sendable () -> Duration
    private let keys: Mutex<[TicketKey]>

    /// Makes a set with one fresh key. `now` gives the time on any clock that never goes back.
    package init(
        rotation: Duration = .seconds(12 * 3600), now: @escaping @Sendable () -> Duration = timeSinceBoot
    ) throws(TLSFailure) {
        self.rotation = rotation
        self.now = now
        keys = Mutex([try TicketKey(born: now())])
    }

    /// The key for new tickets, which is made here when the last has done its time; nil without randomness.
    func sealing() -> TicketKey? {
        let time = now()
        return keys.withLock { keys in
            if let newest = keys.last, time - newest.born < rotation { return newest }
            // Without a new key the handshake goes on without a ticket; the next one tries again.
            guard let fresh = try? TicketKey(born: time) else { return nil }
            keys.removeAll { time - $0.born >= rotation * 2 }
            keys.append(fresh)
            return fresh
        }
    }

    /// How long the newest key has sealed tickets.
    package var age: Duration {
        let time = now()
        return keys.withLock { keys in keys.last.map { time - $0.born } } ?? .zero
    }

    /// The living key of a ticket, and whether the ticket should be replaced by one of a newer key.
    func opening(name: TicketKey.Name) -> (key: TicketKey, isOld: Bool)? {
        let time = now()
        return keys.withLock { keys in
            guard let key = keys.last(where: { $0.isNamed(name) }) else { return nil }
            let age = time - key.born
            return age < rotation * 2 ? (key, age >= rotation) : nil
        }
    }
}

/// Time since boot with suspension counted: a laptop that sleeps for a day has old tickets when it wakes.
package let timeSinceBoot: @Sendable () -> Duration = {
    var time = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

/// One name, one AES-256 key and one HMAC key, in memory that is wiped when the last user lets go.
@safe final class TicketKey: Sendable {
    typealias Name = (UInt64, UInt64)
    static let nameBytes = 16
    static let secretBytes = 32

    let born: Duration
    // Written once in init, read-only from then on.
    private nonisolated(unsafe) let storage: UnsafeMutableRawPointer
    private static let storageBytes = nameBytes + 2 * secretBytes

    init(born: Duration) throws(TLSFailure) {
        self.born = born
        guard let storage = unsafe copenssl_allocate_secret(TicketKey.storageBytes),
            unsafe RAND_bytes(storage.assumingMemoryBound(to: UInt8.self), CInt(TicketKey.storageBytes)) == 1
        else { throw .draining(.library, "making a session ticket key") }
        unsafe self.storage = storage
    }

    deinit { unsafe copenssl_free_secret(storage, TicketKey.storageBytes) }

    /// The public name that goes into each ticket, sixteen bytes.
    var name: UnsafeRawPointer { unsafe UnsafeRawPointer(storage) }
    var encryptionSecret: UnsafeMutableRawPointer { unsafe storage + TicketKey.nameBytes }
    var authenticationSecret: UnsafeMutableRawPointer { unsafe encryptionSecret + TicketKey.secretBytes }

    func isNamed(_ other: Name) -> Bool {
        unsafe storage.loadUnaligned(as: UInt64.self) == other.0
            && storage.loadUnaligned(fromByteOffset: 8, as: UInt64.self) == other.1
    }
}
