// What a handshake agrees on, and what it refuses.
import Sockets
import TLS
import Testing

@Suite("Handshake", .timeLimit(.minutes(1)))
struct HandshakeTests {
    let keys: TicketKeys
    let identity: Identity

    init() throws {
        keys = try TicketKeys()
        identity = try TestCertificates.identity()
    }

    func context(_ change: (inout TLSContextConfiguration) -> Void = { _ in }) throws -> TLSContext {
        var configuration = TLSContextConfiguration(defaultIdentity: identity, ticketKeys: keys)
        change(&configuration)
        return try TLSContext(configuration)
    }

    @Test("Both versions work, and the facts say which", arguments: [TLSVersion.v1_2, .v1_3])
    func versions(version: TLSVersion) throws {
        let client = try TLSClientContext(trust: .anything, minimumVersion: version, maximumVersion: version)
        var link = try Link(try context(), client)
        try link.shakeHands()
        #expect(try link.sendUp("hello") == "hello")
        #expect(try link.sendDown("good day") == "good day")
        let facts = link.server.facts
        #expect(facts.version == "TLSv\(version)")
        #expect(facts.serverName == "localhost")
        #expect(facts.group?.lowercased() == "x25519")
        #expect(!facts.isResumed)
        #expect(facts.peerSubject == nil)
        #expect(
            facts.cipher == (version == .v1_2 ? "ECDHE-ECDSA-AES128-GCM-SHA256" : "TLS_AES_128_GCM_SHA256"))
    }
}
