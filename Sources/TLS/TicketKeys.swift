// Owns the keys that seal session tickets (RFC 5077, RFC 8446 §4.6.1); the newest seals, all that live open.
import COpenSSL
import Glibc
import Synchronization
import SystemPackage

/// Session ticket keys, shared by all workers and contexts and kept over reloads.
///
/// They rotate: a key seals new tickets for one `rotation` and opens them for one more, so that a ticket lives at
/// least one rotation. Those from files stay as they are. The lock is taken once in a handshake that makes or brings
/// a ticket, never for a request.
package final class TicketKeys: Sendable {
    /// How long a key seals new tickets, and how long sessions may be resumed.
    package let rotation: Duration
    /// What works but should be told: a key file that others can read.
    package let warnings: [String]

    private let rotates: Bool
    private let now: @Sendable () -> Duration
    private let keys: Mutex<[TicketKey]>

    /// Makes a set with one fresh key. `now` gives the time on any clock that never goes back.
    package init(
        rotation: Duration = .seconds(12 * 3600), now: @escaping @Sendable () -> Duration = timeSinceBoot
    ) throws(TLSFailure) {
        self.rotation = rotation
        self.now = now
        rotates = true
        warnings = []
        keys = Mutex([try TicketKey(born: now())])
    }

    /// Takes the keys of files, which machines behind a balancer share: the first seals, all open.
    ///
    /// A file has one key in nginx's format: 80 bytes (name, HMAC key of 32, AES-256 key) or 48 (name, AES-128 key, HMAC
    /// key of 16).
    package init(files: [FilePath]) throws(TLSFailure) {
        rotation = .seconds(12 * 3600)
        now = timeSinceBoot
        let born = timeSinceBoot()
        rotates = false
        let contents = try files.map { (file) throws(TLSFailure) in try PEMFile(reading: file) }
        warnings = contents.filter(\.isOpenToOthers).map { $0.openness(of: "the session ticket key") }
        keys = Mutex(
            try contents.reversed().map { (file) throws(TLSFailure) in
                try TicketKey(nginxFormat: file.bytes, file: file.path, born: born)
            })
    }

    /// The key for new tickets, which is made here when the last has done its time; nil without randomness.
    func sealing() -> TicketKey? {
        let time = now()
        return keys.withLock { keys in
            if let newest = keys.last, !rotates || time - newest.born < rotation { return newest }
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
            guard rotates else { return (key, key !== keys.last) }
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

/// One name, one AES key and one HMAC key, in memory that is wiped when the last user lets go.
@safe final class TicketKey: Sendable {
    typealias Name = (UInt64, UInt64)
    static let nameBytes = 16

    let born: Duration
    /// The length of each of the two secrets: 32, or 16 for AES-128.
    let secretBytes: Int
    // Written once in init, read-only from then on.
    private nonisolated(unsafe) let storage: UnsafeMutableRawPointer
    private static let largestSecretBytes = 32
    private static let storageBytes = nameBytes + 2 * largestSecretBytes

    /// A new key; `born` by the clock that it will be rotated by.
    init(born: Duration) throws(TLSFailure) {
        self.born = born
        secretBytes = TicketKey.largestSecretBytes
        guard let storage = unsafe copenssl_allocate_secret(TicketKey.storageBytes),
            unsafe RAND_bytes(storage.assumingMemoryBound(to: UInt8.self), CInt(TicketKey.storageBytes)) == 1
        else { throw .draining(.library, "making a session ticket key") }
        unsafe self.storage = storage
    }

    /// The key of a file as nginx's ssl_session_ticket_key takes it.
    init(nginxFormat bytes: [UInt8], file: FilePath, born: Duration) throws(TLSFailure) {
        self.born = born
        switch bytes.count {
        case TicketKey.nameBytes + 2 * 32: secretBytes = 32
        case TicketKey.nameBytes + 2 * 16: secretBytes = 16
        default:
            throw TLSFailure(
                .badSetting,
                "a session ticket key has 80 or 48 bytes, not \(bytes.count); make one with "
                    + "openssl rand 80", file: file)
        }
        guard let storage = unsafe copenssl_allocate_secret(TicketKey.storageBytes) else {
            throw .draining(.library, "taking a session ticket key")
        }
        unsafe self.storage = storage
        let first = TicketKey.nameBytes..<TicketKey.nameBytes + secretBytes
        // The longer format has the HMAC key first, the shorter one the AES key.
        let (encryption, authentication) =
            secretBytes == 32
            ? (bytes[first.upperBound...], bytes[first]) : (bytes[first], bytes[first.upperBound...])
        unsafe UnsafeMutableRawBufferPointer(start: storage, count: TicketKey.nameBytes)
            .copyBytes(from: bytes[..<TicketKey.nameBytes])
        unsafe UnsafeMutableRawBufferPointer(start: encryptionSecret, count: secretBytes)
            .copyBytes(from: encryption)
        unsafe UnsafeMutableRawBufferPointer(start: authenticationSecret, count: secretBytes)
            .copyBytes(from: authentication)
    }

    deinit { unsafe copenssl_free_secret(storage, TicketKey.storageBytes) }

    /// The public name that goes into each ticket, sixteen bytes.
    var name: UnsafeRawPointer { unsafe UnsafeRawPointer(storage) }
    var encryptionSecret: UnsafeMutableRawPointer { unsafe storage + TicketKey.nameBytes }
    var authenticationSecret: UnsafeMutableRawPointer {
        unsafe encryptionSecret + TicketKey.largestSecretBytes
    }

    func isNamed(_ other: Name) -> Bool {
        unsafe storage.loadUnaligned(as: UInt64.self) == other.0
            && storage.loadUnaligned(fromByteOffset: 8, as: UInt64.self) == other.1
    }
}
