// Real clients against a tiny blocking server: openssl s_client and curl decide whether this is TLS.
import Glibc
import HandlerTesting
import Sockets
import SystemPackage
import TLS
import Testing

@Suite("Client programs", .timeLimit(.minutes(1)), .serialized)
struct ClientProgramTests {
    let folder: TemporaryFolder
    let authority: CertificateAuthority
    let context: TLSContext

    init() throws {
        folder = try TemporaryFolder()
        authority = try CertificateAuthority(directory: folder.path)
        context = try TLSContext(
            TLSContextConfiguration(defaultIdentity: authority.identity, ticketKeys: try TicketKeys()))
    }

    @Test("curl with the local authority gets its page", arguments: ["--tlsv1.3", "--tls-max 1.2"])
    func curl(option: String) throws {
        let server = try BlockingServer(context)
        let child = try ChildProcess(
            ["curl", "-sS", "--http1.1", "--cacert", authority.certificatePath.string]
                + option.split(separator: " ").map(String.init) + ["https://localhost:\(server.port)/"])
        try server.answerOne(until: child)
        let result = try child.wait()
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output == "hello")
    }

    @Test("curl without the authority is refused by itself, and its alert arrives")
    func curlWithoutAuthority() throws {
        let server = try BlockingServer(context)
        let child = try ChildProcess(["curl", "-sS", "https://localhost:\(server.port)/"])
        let failure = #expect(throws: TLSFailure.self) { try server.answerOne(until: child) }
        #expect(failure?.code == .peerAlert)
        #expect(failure?.stack.contains { $0.contains("unknown ca") } == true)
        #expect(try child.wait().status == 60)
    }

    @Test("TLS 1.0 and 1.1 of openssl s_client are refused", arguments: ["-tls1", "-tls1_1"])
    func oldVersions(option: String) throws {
        let server = try BlockingServer(context)
        let child = try sClient(server, option, "-cipher", "ALL:@SECLEVEL=0")
        let failure = #expect(throws: TLSFailure.self) { try server.answerOne(until: child) }
        #expect(failure?.code == .protocolViolation)
        #expect(try child.wait().output.contains("alert protocol version"))
    }

    @Test("RFC 5746: a client that asks for renegotiation does not get it")
    func renegotiation() throws {
        let server = try BlockingServer(context)
        let child = try sClient(server, "-tls1_2", input: "R\n")
        // s_client ends the connection with an alert when it is refused; how the server hears of it is not the point.
        do { try server.answerOne(until: child) } catch let failure as TLSFailure {
            #expect(failure.code != .library)
        }
        let output = try child.wait().output
        #expect(output.contains("RENEGOTIATING"))
        #expect(output.contains("no renegotiation"))
    }

    @Test(
        "No compression, and a session that openssl s_client saved is resumed",
        arguments: ["-tls1_2", "-tls1_3"])
    func resumption(option: String) throws {
        let saved = folder.path.appending("session").string
        let server = try BlockingServer(context)
        let first = try sClient(
            server, option, "-sess_out", saved, "-ign_eof", input: "GET / HTTP/1.1\r\n\r\n")
        try server.answerOne(until: first)
        let output = try first.wait().output
        #expect(output.contains("Compression: NONE"))
        #expect(output.contains("New, TLSv1."))
        let second = try sClient(
            server, option, "-sess_in", saved, "-ign_eof", input: "GET / HTTP/1.1\r\n\r\n")
        try server.answerOne(until: second)
        #expect(try second.wait().output.contains("Reused, TLSv1."))
    }

    private func sClient(
        _ server: BlockingServer, _ options: String..., input: String = ""
    ) throws -> ChildProcess {
        try ChildProcess(
            ["openssl", "s_client", "-connect", "127.0.0.1:\(server.port)", "-servername", "localhost"]
                + options,
            input: input)
    }
}

/// Accepts on a port of the loopback address and serves one connection at a time in the test's own thread.
struct BlockingServer {
    private let listener: ListeningSocket
    private let context: TLSContext

    init(_ context: TLSContext) throws {
        listener = try ListeningSocket(binding: SocketAddress(parsing: "127.0.0.1:0"))
        self.context = context
    }

    var port: UInt16 { listener.address.port ?? 0 }

    /// Answers the first request of the next connection, and ends it in order.
    func answerOne(until child: ChildProcess) throws {
        let socket = try accept(until: child)
        var session = try TLSSession(accepting: context, on: socket)
        while try mustWait(session.handshake(), socket) {}
        while try mustWait(session.readOnce(), socket) {}
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello".utf8)
        while try mustWait(session.write(answer.span), socket) {}
        while try mustWait(session.shutdown(), socket) {}
    }

    private func accept(until child: ChildProcess) throws -> StreamSocket {
        while !child.hasEnded {
            if case .socket(let socket) = try listener.accept() { return socket }
            poll(listener.rawValue, CShort(POLLIN), milliseconds: 100)
        }
        throw LinkFailure.unfinished
    }

    /// Waits for what `progress` wants, 10 s at most; false when it wants nothing.
    private func mustWait<Value>(_ progress: Progress<Value>, _ socket: StreamSocket) throws -> Bool {
        let event: CInt
        switch progress {
        case .done, .closed: return false
        case .wantRead: event = POLLIN
        case .wantWrite: event = POLLOUT
        }
        guard poll(socket.rawValue, CShort(event), milliseconds: 10_000) else { throw LinkFailure.unfinished }
        socket.becameReady(readable: true, writable: true, hangup: false)
        return true
    }

    @discardableResult
    private func poll(_ descriptor: CInt, _ events: CShort, milliseconds: CInt) -> Bool {
        var entry = pollfd(fd: descriptor, events: events, revents: 0)
        return unsafe Glibc.poll(&entry, 1, milliseconds) > 0
    }
}
