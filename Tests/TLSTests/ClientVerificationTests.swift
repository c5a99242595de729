// Clients' certificates: who is let in, what is known of them, and where their sessions and requests may go.
import HandlerTesting
import SystemPackage
import Testing

@testable import TLS

@Suite("Client certificates", .timeLimit(.minutes(1)))
struct ClientVerificationTests {
    let folder: TemporaryFolder
    let keys: TicketKeys
    let identity: Identity
    let chain: TestCertificates.Chain

    init() throws {
        folder = try TemporaryFolder()
        keys = try TicketKeys()
        identity = try TestCertificates.identity()
        chain = try TestCertificates.chain(named: "alice", for: .client)
    }

    private func rules(
        _ demand: ClientVerification.Demand = .required, trusting root: Certificate? = nil, depth: Int = 10
    ) throws -> ClientVerification {
        let file = try folder.write("root.pem", try (root ?? chain.root).pem())
        return try ClientVerification(demand, authorities: file, depth: depth)
    }

    private func context(
        _ rules: ClientVerification?, change: (inout TLSContextConfiguration) -> Void = { _ in }
    ) throws -> TLSContext {
        var configuration = TLSContextConfiguration(defaultIdentity: identity, ticketKeys: keys)
        configuration.default.verification = rules
        change(&configuration)
        return try TLSContext(configuration)
    }

    /// A client with a certificate of the chain, or without one.
    private func client(
        _ version: TLSVersion = .tls13, withCertificate: Bool = true,
        chain other: TestCertificates.Chain? = nil
    ) throws -> TLSClientContext {
        let chain = other ?? self.chain
        let pem = try chain.leaf.pem() + chain.intermediate.pem()
        let identity = try Identity(certificatePEM: pem, keyPEM: chain.leafKey.pem(), name: "client")
        return try TLSClientContext(
            trust: .anything, identity: withCertificate ? identity : nil, minimumVersion: version,
            maximumVersion: version)
    }

    private func refusal(_ context: TLSContext, _ client: TLSClientContext, name: String? = "localhost")
        throws
        -> TLSFailure?
    {
        var link = try Link(context, client, name: name)
        return #expect(throws: TLSFailure.self) { try link.shakeHands() }
    }

    @Test("required: a client without a certificate is refused", arguments: [TLSVersion.tls12, .tls13])
    func none(version: TLSVersion) throws {
        let failure = try refusal(try context(rules()), try client(version, withCertificate: false))
        #expect(failure?.code == .untrusted)
        #expect(failure?.stack == ["peer did not return a certificate"])
    }

    @Test("optional: a client without a certificate is let in", arguments: [TLSVersion.tls12, .tls13])
    func optional(version: TLSVersion) throws {
        var link = try Link(try context(rules(.optional)), try client(version, withCertificate: false))
        try link.shakeHands()
        #expect(link.server.facts.peerCertificate == nil)
    }

    @Test(
        "A certificate of another authority is refused, and the failure says whose it is",
        arguments: [ClientVerification.Demand.optional, .required])
    func untrusted(demand: ClientVerification.Demand) throws {
        let stranger = try TestCertificates.chain(named: "mallory", for: .client)
        let failure = try refusal(try context(rules(demand)), try client(chain: stranger))
        #expect(failure?.code == .untrusted)
        #expect(
            failure?.description.contains("CN=Test intermediate: certificate signature failure") == true,
            "\(failure?.description ?? "")")
    }

    @Test(
        "client_depth: an intermediate authority more than allowed is refused",
        arguments: [(0, false), (1, true)])
    func depth(depth: Int, isAccepted: Bool) throws {
        let context = try context(rules(depth: depth))
        guard isAccepted else {
            let failure = try refusal(context, try client())
            #expect(failure?.description.contains("certificate chain too long") == true)
            return
        }
        var link = try Link(context, try client())
        try link.shakeHands()
    }

    @Test(
        "What is known of the client is known after a resumption too", arguments: [TLSVersion.tls12, .tls13])
    func facts(version: TLSVersion) throws {
        let (context, client) = (try context(rules()), try client(version))
        var link = try Link(context, client)
        try link.shakeHands()
        let facts = try #require(link.server.facts.peerCertificate?.facts)
        #expect(facts.subject == "CN=alice")
        #expect(facts.issuer == "CN=Test intermediate")
        #expect(facts.typedAlternativeNames == ["DNS:alice"])
        #expect(facts.sha256 == CertificateFacts(chain.leaf).sha256)
        var second = try Link(context, client, resuming: try link.keptSession())
        try second.shakeHands()
        #expect(second.server.facts.isResumed)
        #expect(second.server.facts.peerCertificate?.facts == facts)
    }

    @Test(
        "A session is not resumed by other rules: of another authority, depth or demand, or where there were none",
        arguments: [TLSVersion.tls12, .tls13], [0, 1, 2, 3])
    func otherRules(version: TLSVersion, change: Int) throws {
        let client = try client(version)
        var link = try Link(try context(change == 3 ? nil : rules()), client)
        try link.shakeHands()
        let kept = try link.keptSession()
        let new: ClientVerification =
            switch change {
            case 0: try rules(trusting: TestCertificates.chain().root)
            case 1: try rules(depth: 3)
            case 2: try rules(.optional)
            default: try rules()
            }
        var second = try Link(try context(new), client, resuming: kept)
        guard change != 0 else {
            let failure = #expect(throws: TLSFailure.self) { try second.shakeHands() }
            #expect(failure?.code == .untrusted)
            return
        }
        try second.shakeHands()
        #expect(!second.server.facts.isResumed)
        #expect(second.server.facts.peerCertificate != nil)
    }

    @Test(
        "A session whose certificate has ended is not resumed: the client is verified anew, and refused",
        arguments: [TLSVersion.tls12, .tls13])
    func ended(version: TLSVersion) throws {
        let now = TestCertificates.now
        let key = try PrivateKey.generate()
        let certificate = try TestCertificates.selfSigned(
            "brief", key, from: now - 60, to: now + 2, for: .client)
        let identity = try Identity(certificatePEM: certificate.pem(), keyPEM: key.pem(), name: "client")
        let context = try context(rules(trusting: certificate))
        let client = try TLSClientContext(
            trust: .anything, identity: identity, minimumVersion: version, maximumVersion: version)
        var link = try Link(context, client)
        try link.shakeHands()
        let kept = try link.keptSession()
        var failure: TLSFailure?
        while failure == nil, TestCertificates.now < now + 20 {
            var next = try Link(context, client, resuming: kept)
            do { try next.shakeHands() } catch let error as TLSFailure { failure = error }
            try #require(failure != nil || next.server.facts.isResumed)
            _ = next.client.shutdown()
        }
        #expect(failure?.description.contains("certificate has expired") == true)
    }

    @Test(
        "A server name has its own rules and its own minimum; the others are not touched by it",
        arguments: [TLSVersion.tls12, .tls13])
    func byName(version: TLSVersion) throws {
        let own = try rules()
        let context = try context(nil) {
            $0.named["admin.test"] = ServerNameConfiguration($0.default.identities, verification: own)
            $0.named["*.new.test"] = ServerNameConfiguration($0.default.identities, minimumVersion: .tls13)
        }
        let stranger = try client(version, withCertificate: false)
        #expect(try refusal(context, stranger, name: "admin.test")?.code == .untrusted)
        var admin = try Link(context, try client(version), name: "ADMIN.test")
        try admin.shakeHands()
        #expect(admin.server.facts.peerCertificate?.facts.subject == "CN=alice")
        var other = try Link(context, try client(version), name: "open.test")
        try other.shakeHands()
        #expect(other.server.facts.peerCertificate == nil)
        guard version == .tls13 else {
            let failure = try refusal(context, stranger, name: "a.new.test")
            #expect(failure?.stack == ["unsupported protocol"])
            return
        }
        var new = try Link(context, stranger, name: "a.new.test")
        try new.shakeHands()
    }

    @Test("A server name can have an older minimum than the others, and do without certificates")
    func laxerName() throws {
        let rules = try rules()
        let context = try context(rules) {
            $0.minimumVersion = .tls13
            $0.named["old.test"] = ServerNameConfiguration($0.default.identities, minimumVersion: .tls12)
        }
        let client = try client(.tls12, withCertificate: false)
        #expect(try refusal(context, client)?.stack == ["unsupported protocol"])
        var old = try Link(context, client, name: "old.test")
        try old.shakeHands()
    }

    @Test(
        "RFC 9110 §7.4: requests for a name that verifies its clients come over sessions of the same rules only",
        arguments: [
            ("open.test", "open.test", true), ("open.test", "nobody.test", true), ("open.test", nil, true),
            ("open.test", "admin.test", false), ("open.test", "a.admin.test", false),
            ("admin.test", "admin.test", true), ("admin.test", "a.admin.test", true),
            ("admin.test", "open.test", true), ("admin.test", "strict.test", false),
            ("a.admin.test", "admin.test", true), ("b.a.admin.test", "a.admin.test", false),
            (nil, "admin.test", false), ("strict.test", "admin.test", false),
        ] as [(String?, String?, Bool)])
    func coalescing(connected: String?, asked: String?, isAdmitted: Bool) throws {
        let (rules, strict) = (try rules(), try rules(depth: 2))
        let context = try context(nil) {
            for name in ["admin.test", "*.admin.test"] {
                $0.named[name] = ServerNameConfiguration($0.default.identities, verification: rules)
            }
            $0.named["strict.test"] = ServerNameConfiguration($0.default.identities, verification: strict)
        }
        #expect(context.verifiesClients)
        var link = try Link(context, try client(), name: connected)
        try link.shakeHands()
        #expect(context.admits(asked, over: link.server) == isAdmitted)
    }

    @Test("The server's own client, which has no certificate, is let in where rules would keep it out")
    func ownClient() throws {
        let context = try context(rules())
        var link = try Link(context, try client(withCertificate: false), name: nil, verifiesClient: false)
        try link.shakeHands()
    }

    @Test("Files without an authority or a list are refused by name")
    func badFiles() throws {
        let root = try folder.write("root.pem", try chain.root.pem())
        let noise = try folder.write("noise.pem", Array("none\n".utf8))
        for (authorities, lists) in [(noise, nil), (root, noise), (root, root)] as [(FilePath, FilePath?)] {
            let failure = #expect(throws: TLSFailure.self) {
                try ClientVerification(.required, authorities: authorities, revocations: lists)
            }
            #expect(failure?.code == .badCertificate)
            #expect(failure?.file == lists ?? noise)
        }
    }
}
