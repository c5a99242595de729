// What a session remembers of its handshake, and that it does so only where somebody asks.
import Sockets
import Testing

@testable import TLS

@Suite("The record of a handshake", .timeLimit(.minutes(1)))
struct HandshakeRecordTests {
    private func context(
        _ identity: Identity? = nil, keys: TicketKeys? = nil, keepsRecords: Bool = true
    ) throws -> TLSContext {
        var configuration = TLSContextConfiguration(
            defaultIdentity: try identity ?? TestCertificates.identity(), ticketKeys: try keys ?? TicketKeys()
        )
        configuration.keepsRecords = keepsRecords
        return try TLSContext(configuration)
    }

    private func link(_ context: TLSContext, _ version: TLSVersion = .tls13, resuming: TLSResumption? = nil)
        throws -> Link
    {
        let client = try TLSClientContext(trust: .anything, minimumVersion: version, maximumVersion: version)
        var link = try Link(context, client, resuming: resuming)
        try link.shakeHands()
        return link
    }

    @Test("It has what the client offered, and how the server signed", arguments: [TLSVersion.tls12, .tls13])
    func record(version: TLSVersion) throws {
        let link = try link(context(), version)
        let kept = link.server.record
        let record = try #require(kept)
        let hello = try #require(record.hello)
        #expect(hello.cipherSuites.contains(version == .tls13 ? 0x1301 : 0xC02B))
        #expect(hello.versions == (version == .tls13 ? [0x0304] : []))
        #expect(hello.extensions.contains(0))
        #expect(record.signatureScheme == 0x0403)
        #expect(!record.refusedEarlyData)
        #expect(record.kernelTLS == .off)
        #expect(record.serverChain.map(\.subject) == ["CN=localhost"])
        #expect(record.clientChain.isEmpty)
    }

    @Test("There is none where nobody asks")
    func none() throws {
        let link = try link(context(keepsRecords: false))
        let kept = link.server.record
        #expect(kept == nil)
    }

    @Test("The whole chain is in it, and where it is from", arguments: [CertificateOrigin.file, .credential])
    func chain(origin: CertificateOrigin) throws {
        let chain = try TestCertificates.chain()
        let identity = try Identity(
            certificatePEM: chain.leaf.pem() + chain.intermediate.pem(), keyPEM: chain.leafKey.pem(),
            name: "chain")
        identity.mark(origin)
        let link = try link(context(identity))
        let kept = link.server.record
        let record = try #require(kept)
        #expect(record.origin == origin)
        #expect(record.serverChain.map(\.issuer) == ["CN=Test intermediate", "CN=Test root"])
    }

    @Test("A certificate that nobody marked is the authority's")
    func unmarked() throws {
        let link = try link(context())
        let kept = link.server.record
        #expect(kept?.origin == .authority)
    }

    @Test("A resumed session has no certificate and no signature", arguments: [TLSVersion.tls12, .tls13])
    func resumed(version: TLSVersion) throws {
        let context = try context()
        var first = try link(context, version)
        let session = try first.keptSession()
        let second = try link(context, version, resuming: session)
        let isResumed = second.server.facts.isResumed
        #expect(isResumed)
        let kept = second.server.record
        let record = try #require(kept)
        #expect(record.serverChain.isEmpty && record.origin == nil && record.signatureScheme == nil)
        #expect(record.hello != nil)
    }

    @Test("It outlives its session")
    func outlives() throws {
        let link = try link(context())
        let record = link.server.record
        _ = consume link
        #expect(record?.serverChain.first?.alternativeNames == ["localhost"])
    }
}
