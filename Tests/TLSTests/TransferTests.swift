// Bytes in both directions, back-pressure, and both kinds of end.
import Sockets
import TLS
import Testing

@Suite("Transfer", .timeLimit(.minutes(1)))
struct TransferTests {
    let context: TLSContext

    init() throws {
        context = try TLSContext(
            TLSContextConfiguration(
                defaultIdentity: try TestCertificates.identity(), ticketKeys: try TicketKeys()))
    }

    private func link(_ version: TLSVersion = .tls13) throws -> Link {
        let client = try TLSClientContext(trust: .anything, minimumVersion: version, maximumVersion: version)
        var link = try Link(context, client)
        try link.shakeHands()
        return link
    }

    @Test("RFC 8446 §6.1: close_notify goes both ways", arguments: [TLSVersion.tls12, .tls13])
    func orderlyEnd(version: TLSVersion) throws {
        var link = try link(version)
        _ = try link.sendDown("tickets")
        #expect(link.server.shutdown().wantsRead)
        link.offerReadiness()
        #expect(try link.client.readOnce().isClosed)
        #expect(link.client.wasTruncated == false)
        #expect(link.client.shutdown().isDone)
        link.offerReadiness()
        #expect(link.server.shutdown().isDone)
        #expect(link.server.wasTruncated == false)
    }

    @Test("What the peer still sends after our close_notify is thrown away until its own comes")
    func endWithDataInFlight() throws {
        var link = try link()
        _ = try link.sendDown("tickets")
        let late = [UInt8](repeating: 9, count: 50_000)
        link.offerReadiness()
        guard case .done(late.count) = try link.client.write(late.span) else { throw LinkFailure.unfinished }
        _ = link.client.shutdown()
        var progress = link.server.shutdown()
        for _ in 0..<10 where progress.wantsRead {
            link.offerReadiness()
            progress = link.server.shutdown()
        }
        #expect(progress.isDone)
    }

    @Test(
        "An end without close_notify is told apart: .closed, and truncated",
        arguments: [TLSVersion.tls12, .tls13])
    func truncation(version: TLSVersion) throws {
        var link = try link(version)
        #expect(try link.sendUp("half a request") == "half a request")
        link.clientSocket.shutdownWrite()
        link.offerReadiness()
        #expect(try link.server.readOnce().isClosed)
        #expect(link.server.wasTruncated == true)
        // The other direction still works, for a client that half-closed and waits for its answer.
        #expect(try link.sendDown("the answer") == "the answer")
    }

    @Test(
        "Back-pressure: a write larger than the socket's buffer stops, and goes on from a buffer that moved")
    func backPressure() throws {
        var link = try link()
        let message = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 8) }
        var received: [UInt8] = []
        var sent = 0
        var stops = 0
        while sent < message.count {
            link.offerReadiness()
            while sent < message.count {
                // A fresh array each time: the bytes lie elsewhere.
                let rest = Array(message[sent...])
                let progress = try link.server.write(rest.span)
                if case .done(let count) = progress { sent += count }
                if progress.wantsWrite { stops += 1 }
                guard progress.isDone else { break }
            }
            try link.client.drain(into: &received)
        }
        link.offerReadiness()
        try link.client.drain(into: &received)
        #expect(received == message)
        #expect(stops > 0)
    }

    @Test("Bytes inside OpenSSL are announced by hasPending, not by the socket")
    func pendingBytes() throws {
        var link = try link()
        #expect(try link.sendUp("one") == "one")
        let twoRecords = [Array("two".utf8), Array("three".utf8)]
        for record in twoRecords { _ = try link.client.write(record.span) }
        link.serverSocket.becameReady(readable: true, writable: false, hangup: false)
        #expect(try link.server.readText() == "two")
        #expect(!link.serverSocket.isReadable)
        #expect(link.server.hasPending == true)
        #expect(try link.server.readText() == "three")
        #expect(link.server.hasPending == false)
        #expect(try link.server.readOnce().wantsRead)
    }

    @Test("A record larger than the reader's buffer comes in pieces")
    func smallReads() throws {
        var link = try link()
        link.offerReadiness()
        let message = Array("0123456789".utf8)
        _ = try link.client.write(message.span)
        var pieces: [String] = []
        for _ in 0..<3 {
            var buffer = [UInt8](repeating: 0, count: 4)
            var span = buffer.mutableSpan
            guard case .done(let count) = try link.server.read(into: &span) else {
                throw LinkFailure.unfinished
            }
            pieces.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
        #expect(pieces == ["0123", "4567", "89"])
    }

    @Test("An empty write is done at once")
    func emptyWrite() throws {
        var link = try link()
        let nothing: [UInt8] = []
        guard case .done(0) = try link.server.write(nothing.span) else { throw LinkFailure.unfinished }
    }
}
