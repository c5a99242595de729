// A server in this process, for handlers that do what no shipped one does, and a client that writes bytes.

import Configuration
import Glibc
import HTTPTypes
import HandlerKit
import Logging
import Server
import Sockets
import Synchronization
import Testing
import Threads

/// A server of one worker that answers everything by one handler, over plain HTTP.
final class LocalServer {
    let port: UInt16
    let log = CollectedLog()
    private let server: Server

    /// - Parameter limits: lines of `[server]`.
    init(_ handler: any Handler, _ limits: String = "") async throws {
        let section = try Section(parsing: limits, keys: ServerKeys.schema.keys)
        let snapshot = Snapshot(
            generation: 1,
            routes: RouteTable([Route(host: nil, prefix: "/", handler: handler, bodyLimit: nil)]),
            limits: ServerLimits(section), tls: nil, problemPage: NoPage(), accessLog: log, serverField: nil)
        let log = log
        server = try Server(
            workers: 1, snapshot: snapshot, blocking: BlockingPool(threads: 1),
            logger: Logger(label: "test") { _ in log }, checksItself: false)
        let socket = try ListeningSocket(binding: .ipv4(0x7F00_0001, port: 0))
        port = try #require(socket.address.port)
        let listener = Listener(
            entry: .address("127.0.0.1:0"), rules: ListenerRules(isTLS: false), socket: socket)
        try await server.apply(snapshot, listeners: [listener])
    }

    /// Ends it; what was logged is complete then.
    func stop() async {
        server.cancel()
        await server.drain()
        server.stop()
    }
}

private struct NoPage: ProblemPage {
    func response(for problem: Problem, to fields: HTTPFields) -> Response { Response(problem.status) }
}

/// What the server said: its lines as `message key=value …`, and a record for each request.
final class CollectedLog: LogHandler, RequestLog {
    private let entries = Mutex<(lines: [String], records: [RequestRecord])>(([], []))

    var lines: [String] { entries.withLock { $0.lines } }
    var records: [RequestRecord] { entries.withLock { $0.records } }

    let wantsReferer = false

    func record(_ record: RequestRecord) { entries.withLock { $0.records.append(record) } }

    func log(event: LogEvent) {
        let values = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted().joined(separator: " ")
        entries.withLock { $0.lines.append("\(event.message) \(values)") }
    }

    // Nobody sets these: the server hands metadata over with each line.
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .debug }
        set {}
    }
}

/// A client that waits for ten seconds at the most.
final class LocalClient {
    private let descriptor: CInt

    init(_ server: LocalServer) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
    }

    deinit { close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        #expect(unsafe Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count)
    }

    /// Reads through a mark, or what there was before the connection's end.
    func read(through mark: String) -> String {
        var text: [UInt8] = []
        var byte: UInt8 = 0
        while !text.suffix(mark.utf8.count).elementsEqual(mark.utf8),
            unsafe recv(descriptor, &byte, 1, 0) == 1
        {
            text.append(byte)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads to the end, and says whether that was a reset.
    func readToEnd() -> (bytes: [UInt8], isReset: Bool) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return (bytes, count < 0 && errno == ECONNRESET) }
            bytes += chunk[..<count]
        }
    }
}
