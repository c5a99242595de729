// Sending that goes over from OpenSSL to the kernel; what the kernel itself does is tested where it can.
import Glibc
import HandlerTesting
import Sockets
import SystemPackage
import Testing

@testable import TLS

@Suite("Kernel TLS", .timeLimit(.minutes(1)))
struct KernelTLSTests {
    private static let versions = [TLSVersion.tls12, .tls13]
    private let keys: TicketKeys
    private let identity: Identity

    init() throws {
        keys = try TicketKeys()
        identity = try TestCertificates.identity()
    }

    private func context(_ support: KernelTLSSupport = .present, keepsRecords: Bool = false) throws
        -> TLSContext
    {
        var configuration = TLSContextConfiguration(defaultIdentity: identity, ticketKeys: keys)
        configuration.kernelTLS = support
        configuration.keepsRecords = keepsRecords
        return try TLSContext(configuration)
    }

    private func link(
        _ version: TLSVersion, _ support: KernelTLSSupport = .present, overTCP: Bool = false
    ) throws -> Link {
        let client = try TLSClientContext(trust: .anything, minimumVersion: version, maximumVersion: version)
        let context = try context(support, keepsRecords: true)
        var link = try overTCP ? Link(context, client, over: tcpPair()) : Link(context, client)
        try link.shakeHands()
        return link
    }

    private func tcpPair() throws -> (StreamSocket, StreamSocket) {
        let listener = try ListeningSocket(binding: SocketAddress(parsing: "127.0.0.1:0"))
        let client = try StreamSocket.connect(to: listener.address)
        for _ in 0..<1000 {
            if case .socket(let server) = try listener.accept() { return (server, client) }
            var descriptor = pollfd(fd: client.rawValue, events: Int16(POLLOUT), revents: 0)
            _ = unsafe poll(&descriptor, 1, 10)
        }
        throw LinkFailure.unfinished
    }

    // MARK: - Everywhere

    @Test("RFC 8446 §5.1: records are counted in whatever pieces they leave", arguments: 1...12)
    func records(piece: Int) {
        // Two bytes of content, none, and 258 of which one is still to come.
        let bytes: [UInt8] =
            [23, 3, 3, 0, 2, 9, 9] + [23, 3, 3, 0, 0] + [23, 3, 3, 1, 2] + [UInt8](repeating: 9, count: 257)
        var count = RecordCount()
        for start in stride(from: 0, to: bytes.count, by: piece) {
            unsafe bytes[start..<min(start + piece, bytes.count)].withUnsafeBytes { unsafe count.add($0) }
        }
        #expect(count.number == 3)
    }

    @Test("RFC 5288 §3: the nonce that the kernel would begin with is that of OpenSSL's next record")
    func nonce() throws {
        var link = try link(.tls12)
        for length in [1, 40_000, 5] {
            link.offerReadiness()
            let message = [UInt8](repeating: 1, count: length)
            guard case .done(length) = try link.server.write(message.span) else {
                throw LinkFailure.unfinished
            }
            _ = try link.client.readText()
        }
        var rest: [UInt8] = []
        while case let more = try link.clientSocket.receiveAll(), !more.isEmpty { rest += more }
        let next = try #require(unsafe link.server.kernel?.next?.withUnsafeBytes { unsafe Array($0) })
        _ = try link.server.write([7].span)
        let record = try link.clientSocket.receiveAll()
        // Behind the record's header and the structure's version and cipher.
        #expect(Array(record[5..<13]) == Array(next[4..<12]))
        // Finished, and one, three and one records.
        #expect(Array(next.suffix(8)) == [0, 0, 0, 0, 0, 0, 0, 6])
    }

    @Test("RFC 8446 §5.3: the sequence number is that of the next record, tickets included")
    func sequence() throws {
        var link = try link(.tls13)
        #expect(try link.sendDown("one") == "one")
        let next = try #require(unsafe link.server.kernel?.next?.withUnsafeBytes { unsafe Array($0) })
        #expect(Array(next.suffix(8)) == [0, 0, 0, 0, 0, 0, 0, 2])
    }

    @Test("Where the kernel refuses, OpenSSL goes on, and is asked no more", arguments: versions)
    func refusal(version: TLSVersion) throws {
        // A unix socket has no TLS anywhere.
        var link = try link(version)
        #expect(link.server.maySendInKernel == true)
        #expect(link.server.beginSendingInKernel() == false)
        #expect(link.server.maySendInKernel == false)
        #expect(link.server.isSendingInKernel == false)
        #expect(try link.sendDown("as ever") == "as ever")
        #expect(link.server.record?.kernelTLS == .unsuitable)
        #expect(link.server.shutdown().wantsRead)
        link.offerReadiness()
        #expect(try link.client.readOnce().isClosed)
    }

    @Test(
        "Why the kernel isn't asked is remembered",
        arguments: [(KernelTLSSupport.off, KernelTLSState.off), (.absent, .absent), (.present, .ready)])
    func state(support: KernelTLSSupport, state: KernelTLSState) throws {
        var link = try link(.tls13, support)
        #expect(link.server.record?.kernelTLS == state)
        #expect(link.server.maySendInKernel == (support == .present))
        if support != .present { #expect(link.server.beginSendingInKernel() == false) }
    }

    // MARK: - Where the kernel has TLS

    private static let hasTLS = ConditionTrait.enabled(
        if: KernelTLSSupport.ofKernel == .present, "this kernel has no TLS, or not yet: modprobe tls")

    @Test("What OpenSSL sent before and the kernel sends after is one stream", hasTLS, arguments: versions)
    func handOver(version: TLSVersion) throws {
        var link = try link(version, overTCP: true)
        #expect(try link.sendDown("before") == "before")
        #expect(link.server.beginSendingInKernel() == true)
        #expect(link.server.record?.kernelTLS == .sending)
        #expect(try link.sendDown("after") == "after")
        #expect(try link.sendUp("and back") == "and back")
        #expect(link.server.shutdown().wantsRead)
        link.offerReadiness()
        #expect(try link.client.readOnce().isClosed)
        #expect(link.client.wasTruncated == false)
        #expect(link.client.shutdown().isDone)
        link.offerReadiness()
        #expect(link.server.shutdown().isDone)
    }

    @Test("A file arrives whole through a socket that is full again and again", hasTLS, arguments: versions)
    func file(version: TLSVersion) throws {
        let folder = try TemporaryFolder()
        let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 8) }
        let path = try folder.write("file", content)
        let descriptor = unsafe open(path.string, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var link = try link(version, overTCP: true)
        #expect(link.server.beginSendingInKernel() == true)
        var (sent, stops) = (0, 0)
        var received: [UInt8] = []
        while received.count < content.count {
            link.offerReadiness()
            while sent < content.count {
                let progress = link.server.sendFile(descriptor, at: sent, count: content.count - sent)
                guard case .done(let count)? = progress, count > 0 else {
                    stops += 1
                    break
                }
                sent += count
            }
            try link.client.drain(into: &received)
        }
        #expect(received == content)
        #expect(stops > 0)
    }

    @Test("A retry may come from elsewhere: openssl#21202 isn't ours", hasTLS, arguments: versions)
    func movingBuffer(version: TLSVersion) throws {
        var link = try link(version, overTCP: true)
        #expect(link.server.beginSendingInKernel() == true)
        let message = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 8) }
        var sent = 0
        var received: [UInt8] = []
        while received.count < message.count {
            link.offerReadiness()
            while sent < message.count {
                let rest = Array(message[sent...])
                guard case .done(let count) = try link.server.write(rest.span) else { break }
                sent += count
            }
            try link.client.drain(into: &received)
        }
        #expect(received == message)
    }

    @Test("What isn't a file is left to other ways", hasTLS)
    func unsendable() throws {
        var link = try link(.tls13, overTCP: true)
        #expect(link.server.beginSendingInKernel() == true)
        #expect(link.server.sendFile(-1, at: 0, count: 1) == nil)
        #expect(try link.sendDown("still there") == "still there")
    }
}
