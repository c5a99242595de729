// What a handshake agrees on, and what it refuses.
import HandlerTesting
import Sockets
import SystemPackage
import Testing

@testable import TLS

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

    @Test("Both versions work, and the facts say which", arguments: [TLSVersion.tls12, .tls13])
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
        #expect(facts.peerCertificate == nil)
        #expect(
            facts.cipher == (version == .tls12 ? "ECDHE-ECDSA-AES128-GCM-SHA256" : "TLS_AES_128_GCM_SHA256"))
    }

    @Test(
        "A client without a common version is refused with protocol_version",
        arguments: [TLSVersion.tls12, .tls13])
    func noCommonVersion(version: TLSVersion) throws {
        let other: TLSVersion = version == .tls12 ? .tls13 : .tls12
        let server = try context { ($0.minimumVersion, $0.maximumVersion) = (version, version) }
        let client = try TLSClientContext(trust: .anything, minimumVersion: other, maximumVersion: other)
        var link = try Link(server, client)
        let failure = #expect(throws: TLSFailure.self) { try link.shakeHands() }
        #expect(failure?.code == .protocolViolation)
        #expect(failure?.stack.contains { $0.contains("unsupported protocol") } == true)
    }

    @Test(
        "RFC 8996: TLS 1.0 and 1.1 are refused with the alert protocol_version", arguments: [0x0301, 0x0302])
    func oldVersions(version: UInt16) throws {
        var raw = try RawLink(context())
        try raw.send(clientHello(version: version))
        let failure = #expect(throws: TLSFailure.self) { try raw.step() }
        #expect(failure?.code == .protocolViolation)
        #expect(try raw.receive().suffix(2) == [2, 70])
    }

    @Test(
        "RFC 7301 §3.2: the server's preference decides",
        arguments: [
            (["h2", "http/1.1"], ["http/1.1", "h2"], "h2"),
            (["h2", "http/1.1"], ["http/1.1"], "http/1.1"),
            (["http/1.1"], ["h2", "http/1.1"], "http/1.1"),
            (["http/1.1"], [], nil),
            ([], ["h2"], nil),
        ] as [([String], [String], String?)])
    func alpn(mine: [String], offered: [String], selected: String?) throws {
        var link = try Link(
            try context { $0.alpn = mine }, try TLSClientContext(trust: .anything, alpn: offered))
        try link.shakeHands()
        #expect(link.server.facts.alpn == selected)
        #expect(link.client.facts.alpn == selected)
        #expect(link.server.hasSelected(alpn: "h2") == (selected == "h2"))
        #expect(link.server.hasSelected(alpn: "http/1.1") == (selected == "http/1.1"))
    }

    @Test("RFC 7301 §3.2: no common protocol is fatal: no_application_protocol")
    func alpnWithoutOverlap() throws {
        var link = try Link(try context(), try TLSClientContext(trust: .anything, alpn: ["spdy/1"]))
        let failure = #expect(throws: TLSFailure.self) { try link.shakeHands() }
        #expect(
            failure?.stack.contains { $0.contains("no application protocol") } == true,
            "\(failure?.description ?? "")")
        link.offerReadiness()
        let alert = #expect(throws: TLSFailure.self) { _ = try link.client.handshake() }
        #expect(alert?.code == .peerAlert)
    }

    @Test(
        "RFC 6066 §3: the server name picks the certificate, an unknown one or none gets the default",
        arguments: [
            ("wiki.localhost", "wiki.localhost"), ("WIKI.localhost", "wiki.localhost"),
            ("a.example.test", "*.example.test"), ("b.a.example.test", "localhost"),
            ("example.test", "localhost"), ("other", "localhost"), (nil, "localhost"),
        ] as [(String?, String)],
        [TLSVersion.tls12, .tls13])
    func serverName(asked: (name: String?, answered: String), version: TLSVersion) throws {
        let named = [
            "Wiki.localhost": try TestCertificates.identity(named: "wiki.localhost"),
            "*.example.test": try TestCertificates.identity(named: "*.example.test"),
        ]
        let server = try context { $0.named = named.mapValues { ServerNameConfiguration([$0]) } }
        let client = try TLSClientContext(trust: .anything, minimumVersion: version, maximumVersion: version)
        var link = try Link(server, client, name: asked.name)
        try link.shakeHands()
        #expect(link.client.facts.peerCertificate?.facts.subject == "CN=\(asked.answered)")
        #expect(link.server.facts.serverName == asked.name)
    }

    @Test(
        "With an RSA and an ECDSA certificate for one name, the client gets the one that it can verify",
        arguments: [
            ("ECDHE-RSA-AES128-GCM-SHA256", "RSA"), ("ECDHE-ECDSA-AES128-GCM-SHA256", "EC"),
        ])
    func bothAlgorithms(cipher: String, algorithm: String) throws {
        let folder = try TemporaryFolder()
        let made = try run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=rsa", "-days", "2",
            "-keyout", folder["rsa.key"].string, "-out", folder["rsa.pem"].string)
        #expect(made.status == 0)
        let rsa = try Identity(certificateFile: folder["rsa.pem"], keyFile: folder["rsa.key"])
        #expect(rsa.keyAlgorithm == "RSA")
        let server = try context {
            $0.default.identities.append(rsa)
            $0.maximumVersion = .tls12
            $0.ciphers = [cipher]
        }
        var link = try Link(server, try TLSClientContext(trust: .anything))
        try link.shakeHands()
        let subject = link.client.facts.peerCertificate?.facts.subject
        #expect(subject == (algorithm == "RSA" ? "CN=rsa" : "CN=localhost"))
    }

    @Test(
        "Names of algorithms that can't be used are found one by one",
        arguments: [
            (.cipher, "ECDHE-RSA-AES128-GCM-SHA256", nil), (.cipher, "HIGH", nil), (.cipher, "!aNULL", nil),
            (.cipher, "@SECLEVEL=1", nil), (.cipher, "ROT13", "is no cipher that OpenSSL knows"),
            (
                .cipher, "TLS_AES_128_GCM_SHA256",
                "is a cipher suite of TLS 1.3: it belongs into ciphersuites"
            ),
            (.cipherSuite, "TLS_AES_256_GCM_SHA384", nil), (.cipherSuite, "TLS_AES_128_CCM_8_SHA256", nil),
            (.cipherSuite, "TLS_ROT13", "is no cipher suite of TLS 1.3 that OpenSSL knows"),
            (
                .cipherSuite, "ECDHE-RSA-AES128-GCM-SHA256",
                "is no cipher suite of TLS 1.3 that OpenSSL knows"
            ),
            (.group, "X25519", nil), (.group, "P-521", nil),
            (.group, "P-0", "is no group that OpenSSL knows"),
        ] as [(TLSAlgorithm, String, String?)])
    func algorithms(kind: TLSAlgorithm, name: String, problem: String?) throws {
        #expect(try kind.problem(with: name) == problem)
    }

    @Test("A setting that OpenSSL refuses is named")
    func badSettings() throws {
        let cipher = #expect(throws: TLSFailure.self) { try context { $0.ciphers = ["ROT13"] } }
        #expect(cipher?.code == .badSetting)
        #expect(cipher?.context.contains("ROT13") == true)
        let group = #expect(throws: TLSFailure.self) { try context { $0.groups = ["P-0"] } }
        #expect(group?.code == .badSetting)
        let order = #expect(throws: TLSFailure.self) {
            try context { ($0.minimumVersion, $0.maximumVersion) = (.tls13, .tls12) }
        }
        #expect(order?.code == .badSetting)
    }
}
