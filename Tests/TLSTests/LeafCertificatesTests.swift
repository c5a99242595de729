// Leaves on demand: one for each name, within the constraints, renewed in time, bounded in number.
import HandlerTesting
import Synchronization
import SystemPackage
import Testing

@testable import TLS

@Suite("Leaves on demand", .timeLimit(.minutes(1)))
struct LeafCertificatesTests {
    private let folder: TemporaryFolder
    private let authority: CertificateAuthority
    private let clock = CalendarClock()
    private let refused = Refusals()
    private let leaves: LeafCertificates

    init() throws {
        folder = try TemporaryFolder()
        authority = try CertificateAuthority(
            directory: folder.path, hostName: "box", addresses: ["192.168.7.1"], now: clock.time)
        leaves = LeafCertificates(
            of: authority, now: { [clock] in clock.time }, onRefusal: { [refused] in refused.append($0) })
    }

    @Test("A name gets a leaf of its own: that name only, 90 days, by this authority")
    func fields() throws {
        let leaf = try #require(leaves.identity(for: "Wiki.Test"))
        #expect(leaf.facts.alternativeNames == ["wiki.test"])
        #expect(leaf.facts.subject == "")
        #expect(leaf.facts.issuer == authority.facts.subject)
        #expect(leaf.facts.notAfter == clock.time + 90 * 86_400)
        #expect(leaf.leaf.wasIssued(by: authority.certificate.certificate))
        #expect(leaf.leaf.belongs(to: leaf.key))
    }

    @Test("The same leaf is given again, whatever the letters' case")
    func again() throws {
        let leaf = try #require(leaves.identity(for: "wiki.test"))
        #expect(leaves.identity(for: "WIKI.test") === leaf)
        #expect(leaves.identity(for: "other.test") !== leaf)
    }

    @Test(
        "Whoever asks for nothing, or for what the default leaf has, gets that",
        arguments: [nil, "localhost", "LOCALHOST", "box", "127.0.0.1", "192.168.7.1"])
    func byDefault(name: String?) {
        #expect(leaves.identity(for: name) == nil)
        #expect(refused.names.isEmpty)
    }

    @Test(
        "A name outside the constraints, or none at all, gets the default leaf and is told of once",
        arguments: ["example.com", "atest", "8.8.8.8", "a,DNS:b.test", "a b.test", "", ".test"])
    func outside(name: String) {
        for _ in 0..<3 { #expect(leaves.identity(for: name) == nil) }
        #expect(refused.names == [name.lowercased()])
    }

    @Test("No client fills the log: the names that are told of are bounded")
    func refusals() {
        for number in 0..<1000 { _ = leaves.identity(for: "\(number).example.com") }
        #expect(refused.names.count == LeafCertificates.mostRefusals)
    }

    @Test("No client fills the memory: the leaf that was made first makes room")
    func bound() throws {
        let first = try #require(leaves.identity(for: "0.test"))
        for number in 1..<LeafCertificates.most { _ = leaves.identity(for: "\(number).test") }
        #expect(leaves.identity(for: "0.test") === first)
        let second = try #require(leaves.identity(for: "1.test"))
        _ = leaves.identity(for: "further.test")
        #expect(leaves.identity(for: "1.test") === second)
        #expect(leaves.identity(for: "0.test") !== first)
        #expect(leaves.identity(for: "1.test") !== second)
    }

    @Test("A leaf is made anew after 60 days, in place")
    func renewal() throws {
        let first = try #require(leaves.identity(for: "wiki.test"))
        clock.advance(days: 59)
        #expect(leaves.identity(for: "wiki.test") === first)
        clock.advance(days: 2)
        let second = try #require(leaves.identity(for: "wiki.test"))
        #expect(second !== first)
        #expect(second.facts.notAfter == clock.time + 90 * 86_400)
        #expect(leaves.identity(for: "wiki.test") === second)
    }

    @Test("The default leaf is made anew after 60 days, with the same names")
    func renewalOfDefault() throws {
        clock.advance(days: 61)
        let renewed = try #require(leaves.identity(for: nil))
        #expect(renewed.facts.alternativeNames == authority.identity.facts.alternativeNames)
        #expect(renewed.facts.notAfter == clock.time + 90 * 86_400)
        #expect(leaves.identity(for: "localhost") === renewed)
        #expect(leaves.identity(for: "example.com") === renewed)
        clock.advance(days: 61)
        #expect(leaves.identity(for: nil) !== renewed)
    }

    @Test("A clock that was set back makes leaves that are valid now")
    func clockSetBack() throws {
        let first = try #require(leaves.identity(for: "wiki.test"))
        clock.advance(days: -1)
        let second = try #require(leaves.identity(for: "wiki.test"))
        #expect(second !== first)
        #expect(second.facts.notBefore < clock.time)
    }

    @Test("No leaf ends after its authority, and the last ones are not made again and again")
    func endOfAuthority() throws {
        clock.advance(days: 3650 - 20)
        let leaf = try #require(leaves.identity(for: "wiki.test"))
        #expect(leaf.facts.notAfter == authority.facts.notAfter)
        #expect(leaves.identity(for: "wiki.test") === leaf)
    }

    private func context() throws -> TLSContext {
        var configuration = TLSContextConfiguration(
            defaultIdentity: authority.identity, ticketKeys: try TicketKeys())
        configuration.named = [
            "given.test": ServerNameConfiguration([try TestCertificates.identity(named: "given.test")]),
            "*.section.test": ServerNameConfiguration([authority.identity]),
        ]
        configuration.leaves = leaves
        return try TLSContext(configuration)
    }

    private func client(_ version: TLSVersion) throws -> TLSClientContext {
        try TLSClientContext(
            trust: .authority(authority.certificatePath), minimumVersion: version, maximumVersion: version)
    }

    @Test(
        "A client that trusts the authority accepts what it gets for a name, also after 61 days",
        arguments: ["wiki.test", "a.b.localhost", "box", "x.box", "a.section.test", "localhost"],
        [TLSVersion.tls12, .tls13])
    func accepted(name: String, version: TLSVersion) throws {
        let server = try context()
        for _ in 0..<2 {
            var link = try Link(server, try client(version), name: name)
            try link.shakeHands()
            clock.advance(days: 61)
        }
    }

    @Test(
        "It refuses what it gets for a name outside the constraints", arguments: [TLSVersion.tls12, .tls13])
    func refusedByClient(version: TLSVersion) throws {
        var link = try Link(try context(), try client(version), name: "www.example.com")
        let failure = #expect(throws: TLSFailure.self) { try link.shakeHands() }
        #expect(failure?.code == .untrusted || failure?.code == .peerAlert)
        #expect(refused.names == ["www.example.com"])
    }

    @Test("A certificate that was given wins over one that could be made")
    func givenWins() throws {
        var link = try Link(try context(), try TLSClientContext(trust: .anything), name: "given.test")
        try link.shakeHands()
        #expect(link.client.facts.peerCertificate?.facts.subject == "CN=given.test")
    }

    @Test("Those who ask at once get one leaf")
    func concurrency() async {
        let serials = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<64 {
                group.addTask { [leaves] in leaves.identity(for: "wiki.test")?.facts.serialNumber }
            }
            return await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(serials.count == 1)
        #expect(!serials.contains(nil))
    }
}

/// The time as a test wants it; it begins 61 days ago, so that what is made 61 days later is valid by the real one.
final class CalendarClock: Sendable {
    private let seconds = Mutex(TestCertificates.now - 61 * 86_400)

    var time: Int64 { seconds.withLock { $0 } }

    func advance(days: Int64) { seconds.withLock { $0 += days * 86_400 } }
}

/// The names that were told of.
final class Refusals: Sendable {
    private let told = Mutex<[String]>([])

    var names: [String] { told.withLock { $0 } }

    func append(_ name: String) { told.withLock { $0.append(name) } }
}
