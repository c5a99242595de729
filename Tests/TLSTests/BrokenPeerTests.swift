// Peers that send nonsense, vanish, or do not trust us: each ends its own connection, with a code to log.
import HandlerTesting
import Sockets
import SystemPackage
import TLS
import Testing

@Suite("Broken peers", .timeLimit(.minutes(1)))
struct BrokenPeerTests {
    let context: TLSContext
    let client: TLSClientContext

    init() throws {
        context = try TLSContext(
            TLSContextConfiguration(
                defaultIdentity: try TestCertificates.identity(), ticketKeys: try TicketKeys()))
        client = try TLSClientContext(trust: .anything)
    }

    @Test(
        "Garbage instead of a ClientHello is a protocol violation with OpenSSL's reason",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "http request"),
            ("SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "wrong version number"),
            (String(repeating: "\0", count: 64), "wrong version number"),
        ])
    func garbage(bytes: String, reason: String) throws {
        var raw = try RawLink(context)
        try raw.send(Array(bytes.utf8))
        let failure = #expect(throws: TLSFailure.self) { try raw.step() }
        #expect(failure?.code == .protocolViolation)
        #expect(failure?.stack.contains { $0.contains(reason) } == true, "\(failure?.description ?? "")")
        #expect(raw.server.shutdown().isClosed)
    }

    @Test("A ClientHello that comes in two pieces, cut at each byte, is understood")
    func splitClientHello() throws {
        let hello = try capturedClientHello()
        for cut in 1..<hello.count {
            var raw = try RawLink(context)
            try raw.send(Array(hello[..<cut]))
            #expect(try raw.step().wantsRead, "cut at \(cut)")
            try raw.send(Array(hello[cut...]))
            #expect(try raw.step().wantsRead, "cut at \(cut)")
            #expect(try raw.receive().first == 22, "cut at \(cut)")
        }
    }

    @Test("A ClientHello that comes byte by byte is understood")
    func trickledClientHello() throws {
        let hello = try capturedClientHello()
        var raw = try RawLink(context)
        for byte in hello {
            try raw.send([byte])
            #expect(try raw.step().wantsRead)
        }
        #expect(try raw.receive().first == 22)
    }

    @Test("A peer that leaves within the handshake has closed, which is no failure")
    func leavesInHandshake() throws {
        var silent = try RawLink(context)
        silent.peer.close()
        #expect(try silent.step().isClosed)

        let hello = try capturedClientHello()
        var halfway = try RawLink(context)
        try halfway.send(Array(hello.prefix(40)))
        #expect(try halfway.step().wantsRead)
        halfway.peer.close()
        #expect(try halfway.step().isClosed)
        #expect(halfway.server.wasTruncated == true)
    }

    @Test("A reset is a failure of its own kind, with the errno")
    func reset() throws {
        var link = try Link(context, client)
        try link.shakeHands()
        link.offerReadiness()
        let bytes = [UInt8](repeating: 1, count: 100)
        _ = try link.server.write(bytes.span)
        // A unix socket that is closed with bytes unread resets its peer.
        link.clientSocket.close()
        link.offerReadiness()
        let failure = #expect(throws: TLSFailure.self) { _ = try link.server.readOnce() }
        #expect(failure?.code == .reset)
        #expect(failure?.underlying == .connectionReset)
        #expect(link.server.shutdown().isClosed)
    }

    @Test("A write to a peer that has gone is a reset, never a signal")
    func writeAfterPeerClosed() throws {
        var link = try Link(context, client)
        try link.shakeHands()
        _ = try link.sendDown("all tickets read")
        link.clientSocket.close()
        link.offerReadiness()
        let bytes = [UInt8](repeating: 1, count: 100)
        let failure = #expect(throws: TLSFailure.self) { _ = try link.server.write(bytes.span) }
        #expect(failure?.code == .reset)
        #expect(failure?.underlying == .brokenPipe)
    }

    @Test(
        "A client that does not trust the certificate says so in an alert",
        arguments: [TLSVersion.tls12, .tls13])
    func untrusted(version: TLSVersion) throws {
        let folder = try TemporaryFolder()
        let stranger = try TestCertificates.identity(named: "stranger")
        let file = try folder.write("ca.pem", stranger.certificatePEM())
        let suspicious = try TLSClientContext(
            trust: .authority(file), minimumVersion: version, maximumVersion: version)
        var link = try Link(context, suspicious)
        var failures: [TLSFailure.Code] = []
        for _ in 0..<4 {
            link.offerReadiness()
            do { _ = try link.client.handshake() } catch { failures.append(error.code) }
            do { _ = try link.server.handshake() } catch { failures.append(error.code) }
        }
        #expect(failures.first == .untrusted)
        #expect(failures.contains(.peerAlert))
    }

    @Test("A failure leaves nothing behind for the next session of the thread")
    func errorQueueStaysClean() throws {
        var broken = try RawLink(context)
        try broken.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        #expect(throws: TLSFailure.self) { try broken.step() }
        var link = try Link(context, client)
        try link.shakeHands()
        #expect(try link.server.readOnce().wantsRead)
        #expect(try link.sendUp("fine") == "fine")
    }

    private func capturedClientHello() throws -> [UInt8] {
        let (far, near) = try StreamSocket.pair()
        var session = try TLSSession(connecting: client, to: "localhost", on: near)
        #expect(try session.handshake().wantsRead)
        return try far.receiveAll()
    }
}
