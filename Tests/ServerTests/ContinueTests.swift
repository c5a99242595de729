// A server in this process, for handlers that do what no shipped one does.

import Configuration
import Glibc
import HTTPTypes
import HandlerKit
import Logging
import Server
import Sockets
import Testing
import Threads

/// Answers with what it is sent, while it is sent it.
private struct Mirror: Handler {
    let methods: [HTTPRequest.Method] = [.post]
    /// Whether it begins its answer before it reads.
    let speaksFirst: Bool

    func respond(to request: Request) async throws -> Response {
        let (body, speaksFirst) = (request.body, speaksFirst)
        return Response(
            body: .stream(length: nil) { writer in
                if speaksFirst { try await writer.write("first ") }
                while let bytes = try await body.next() { try await writer.write(bytes) }
                return nil
            })
    }
}

private struct NoPage: ProblemPage {
    func response(for problem: Problem, to fields: HTTPFields) -> Response { Response(problem.status) }
}

@Suite("RFC 9110 §10.1.1: 100 Continue and a response that is made on the way", .timeLimit(.minutes(1)))
struct ContinueTests {
    private static let request = """
        POST / HTTP/1.1\r
        Host: a\r
        Content-Length: 4\r
        Expect: 100-continue\r
        \r

        """

    @Test("A handler that reads in its response's closure invites the body before its response begins")
    func invited() async throws {
        let (server, port) = try await start(Mirror(speaksFirst: false))
        let client = try Client(port: port)
        client.send(Self.request)
        #expect(client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        client.send("text")
        #expect(client.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(client.read(through: "0\r\n\r\n") == "4\r\ntext\r\n0\r\n\r\n")
        await stop(server)
    }

    @Test("No invitation comes into the middle of a response")
    func tooLate() async throws {
        let (server, port) = try await start(Mirror(speaksFirst: true))
        let client = try Client(port: port)
        client.send(Self.request)
        #expect(client.read(through: "first \r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        client.send("text")
        #expect(client.read(through: "0\r\n\r\n") == "4\r\ntext\r\n0\r\n\r\n")
        await stop(server)
    }

    private func start(_ handler: any Handler) async throws -> (Server, UInt16) {
        let section = try Section(parsing: "", keys: ServerKeys.schema.keys)
        let snapshot = Snapshot(
            generation: 1,
            routes: RouteTable([Route(host: nil, prefix: "/", handler: handler, bodyLimit: nil)]),
            limits: ServerLimits(section), tls: nil, problemPage: NoPage(), accessLog: nil, serverField: nil)
        let server = try Server(
            workers: 1, snapshot: snapshot, blocking: BlockingPool(threads: 1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, checksItself: false)
        let socket = try ListeningSocket(binding: .ipv4(0x7F00_0001, port: 0))
        let listener = Listener(entry: .address("127.0.0.1:0"), isTLS: false, socket: socket)
        try await server.apply(snapshot, listeners: [listener])
        return (server, try #require(socket.address.port))
    }

    private func stop(_ server: Server) async {
        server.cancel()
        await server.drain()
        server.stop()
    }
}

/// A client that waits for ten seconds at the most.
private final class Client {
    private let descriptor: CInt

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(unsafe Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count)
    }

    /// Reads through a mark, or what there was before the connection's end.
    func read(through mark: String) -> String {
        var text: [UInt8] = []
        var byte: UInt8 = 0
        while !text.ends(with: mark.utf8), unsafe recv(descriptor, &byte, 1, 0) == 1 { text.append(byte) }
        return String(decoding: text, as: UTF8.self)
    }
}

extension [UInt8] {
    fileprivate func ends(with mark: String.UTF8View) -> Bool { suffix(mark.count).elementsEqual(mark) }
}
