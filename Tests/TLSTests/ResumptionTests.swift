// Session tickets: within a context, over a reload, over the rotation of keys, and from many threads.
import Glibc
import HandlerTesting
import Sockets
import Synchronization
import SystemPackage
import TLS
import Testing

/// A clock that only the test moves.
final class TestClock: Sendable {
    private let time = Mutex(Duration.zero)
    var now: Duration { time.withLock { $0 } }
    func advance(by duration: Duration) { time.withLock { $0 += duration } }
}

@Suite("Resumption", .timeLimit(.minutes(1)))
struct ResumptionTests {
    let clock = TestClock()
    let keys: TicketKeys
    let identity: Identity

    init() throws {
        let clock = clock
        keys = try TicketKeys(rotation: .seconds(3600), now: { clock.now })
        identity = try TestCertificates.identity()
    }

    private func context(_ keys: TicketKeys? = nil) throws -> TLSContext {
        try TLSContext(TLSContextConfiguration(defaultIdentity: identity, ticketKeys: keys ?? self.keys))
    }

    private func client(_ version: TLSVersion) throws -> TLSClientContext {
        try TLSClientContext(trust: .anything, minimumVersion: version, maximumVersion: version)
    }

    private func session(
        with context: TLSContext, _ client: TLSClientContext, resuming: TLSResumption? = nil
    ) throws -> (kept: TLSResumption?, isResumed: Bool) {
        var link = try Link(context, client, resuming: resuming)
        try link.shakeHands()
        return (try link.keptSession(), link.server.facts.isResumed)
    }

    @Test("A ticket resumes its session in the same context", arguments: [TLSVersion.tls12, .tls13])
    func sameContext(version: TLSVersion) throws {
        let (context, client) = (try context(), try client(version))
        let first = try session(with: context, client)
        #expect(!first.isResumed)
        #expect(try session(with: context, client, resuming: first.kept).isResumed)
    }

    @Test("A ticket outlives a reload that keeps the keys", arguments: [TLSVersion.tls12, .tls13])
    func newContext(version: TLSVersion) throws {
        let client = try client(version)
        let first = try session(with: try context(), client)
        #expect(try session(with: try context(), client, resuming: first.kept).isResumed)
    }

    @Test(
        "Other keys do not open a ticket; the handshake goes on in full",
        arguments: [TLSVersion.tls12, .tls13])
    func otherKeys(version: TLSVersion) throws {
        let client = try client(version)
        let first = try session(with: try context(), client)
        let stranger = try context(TicketKeys())
        #expect(try !session(with: stranger, client, resuming: first.kept).isResumed)
    }

    @Test(
        "A ticket of the last key still resumes, and is replaced by one of the new key",
        arguments: [TLSVersion.tls12, .tls13])
    func rotation(version: TLSVersion) throws {
        let (context, client) = (try context(), try client(version))
        let first = try session(with: context, client)
        clock.advance(by: .seconds(3601))
        let second = try session(with: context, client, resuming: first.kept)
        #expect(second.isResumed)
        clock.advance(by: .seconds(3600))
        #expect(try !session(with: context, client, resuming: first.kept).isResumed)
        #expect(try session(with: context, client, resuming: second.kept).isResumed)
    }

    @Test(
        "A ticket whose key has ended does not resume, whether or not anybody rotated",
        arguments: [TLSVersion.tls12, .tls13])
    func expiredKey(version: TLSVersion) throws {
        let (context, client) = (try context(), try client(version))
        let first = try session(with: context, client)
        clock.advance(by: .seconds(7200))
        #expect(try !session(with: context, client, resuming: first.kept).isResumed)
    }

    @Test(
        "RFC 6066 §3: a session is not resumed for another server name, whether or not somebody has it",
        arguments: [TLSVersion.tls12, .tls13], ["other", "nobody", nil])
    func otherName(version: TLSVersion, name: String?) throws {
        var configuration = TLSContextConfiguration(defaultIdentity: identity, ticketKeys: keys)
        configuration.named["other"] = ServerNameConfiguration([try TestCertificates.identity(named: "other")]
        )
        let (context, client) = (try TLSContext(configuration), try client(version))
        let first = try session(with: context, client)
        var link = try Link(context, client, name: name, resuming: first.kept)
        try link.shakeHands()
        #expect(!link.server.facts.isResumed)
        #expect(link.server.facts.serverName == name)
    }

    /// Files of keys with these first bytes, in nginx's format.
    private func files(_ folder: TemporaryFolder, _ keys: [(seed: UInt8, bytes: Int)]) throws -> TicketKeys {
        try TicketKeys(
            files: keys.map { key in
                try folder.write("\(key.seed)-\(key.bytes)", [UInt8](repeating: key.seed, count: key.bytes))
            })
    }

    @Test(
        "ticket_keys: two machines with the same file resume each other's sessions; the first seals, all open",
        arguments: [TLSVersion.tls12, .tls13],
        [
            ([(1, 80)], [(1, 80)], true), ([(1, 48)], [(1, 48)], true),
            ([(1, 80)], [(2, 80), (1, 80)], true),
            ([(1, 48)], [(2, 80), (3, 80), (1, 48)], true), ([(1, 80), (2, 80)], [(2, 80)], false),
            ([(1, 80)], [(2, 80)], false), ([(1, 80)], [(1, 48)], false),
        ] as [([(seed: UInt8, bytes: Int)], [(seed: UInt8, bytes: Int)], Bool)])
    func shared(
        version: TLSVersion,
        machines: (first: [(seed: UInt8, bytes: Int)], second: [(seed: UInt8, bytes: Int)], resumes: Bool)
    ) throws {
        let folder = try TemporaryFolder()
        let client = try client(version)
        let first = try session(with: try context(files(folder, machines.first)), client)
        let second = try context(files(folder, machines.second))
        let resumed = try session(with: second, client, resuming: first.kept)
        #expect(resumed.isResumed == machines.resumes)
        // What it gives instead is sealed by its own first key.
        let newest = try context(files(folder, [machines.second[0]]))
        #expect(try session(with: newest, client, resuming: resumed.kept).isResumed)
    }

    @Test("ticket_keys: a file of another length is refused by name", arguments: [0, 16, 47, 64, 81])
    func badFile(length: Int) throws {
        let folder = try TemporaryFolder()
        let failure = #expect(throws: TLSFailure.self) { try files(folder, [(1, length)]) }
        #expect(failure?.code == .badSetting)
        #expect(failure?.file?.lastComponent?.string == "1-\(length)")
    }

    @Test("ticket_keys: a file that others can read is a warning")
    func openFile() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("key", [UInt8](repeating: 1, count: 80), mode: 0o640)
        #expect(try TicketKeys(files: [file]).warnings.count == 1)
    }

    @Test("Threads share the keys: each resumes what another began")
    func threads() async throws {
        let (context, client) = (try context(), try client(.tls13))
        let first = try session(with: context, client)
        let resumed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try (0..<10).allSatisfy { _ in
                        try session(with: context, client, resuming: first.kept).isResumed
                    }
                }
            }
            return try await group.reduce(true) { $0 && $1 }
        }
        #expect(resumed)
    }
}
