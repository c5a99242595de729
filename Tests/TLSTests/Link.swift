// Two sessions that talk over a socket pair in one thread: every step offers readiness, the kernel decides.
import Sockets
import TLS

/// A server and a client on the two ends of a socket pair.
struct Link: ~Copyable {
    var server: TLSSession
    var client: TLSSession
    let serverSocket: StreamSocket
    let clientSocket: StreamSocket

    init(
        _ context: TLSContext, _ clientContext: TLSClientContext, name: String? = "localhost",
        resuming: TLSResumption? = nil, verifiesClient: Bool = true,
        over pair: (server: StreamSocket, client: StreamSocket)? = nil
    ) throws {
        let (serverSocket, clientSocket) = try pair ?? StreamSocket.pair()
        self.init(
            server: try TLSSession(accepting: context, on: serverSocket, verifiesClient: verifiesClient),
            client: try TLSSession(connecting: clientContext, to: name, on: clientSocket, resuming: resuming),
            serverSocket, clientSocket)
    }

    private init(
        server: consuming TLSSession, client: consuming TLSSession, _ serverSocket: StreamSocket,
        _ clientSocket: StreamSocket
    ) {
        self.server = server
        self.client = client
        self.serverSocket = serverSocket
        self.clientSocket = clientSocket
    }

    func offerReadiness() {
        serverSocket.becameReady(readable: true, writable: true, hangup: false)
        clientSocket.becameReady(readable: true, writable: true, hangup: false)
    }

    /// Runs both handshakes to their ends; the server's failure is thrown first.
    mutating func shakeHands() throws {
        var isClientDone = false
        var isServerDone = false
        for _ in 0..<20 where !(isClientDone && isServerDone) {
            offerReadiness()
            var clientFailure: TLSFailure?
            do throws(TLSFailure) {
                if !isClientDone { isClientDone = try client.handshake().isDone }
            } catch {
                clientFailure = error
            }
            if !isServerDone { isServerDone = try server.handshake().isDone }
            if let clientFailure { throw clientFailure }
        }
        guard isClientDone, isServerDone else { throw LinkFailure.unfinished }
    }

    /// Sends from the client and gives what the server reads.
    mutating func sendUp(_ text: String) throws -> String {
        offerReadiness()
        let bytes = Array(text.utf8)
        guard case .done(bytes.count) = try client.write(bytes.span) else { throw LinkFailure.unfinished }
        return try server.readText()
    }

    /// Sends from the server and gives what the client reads.
    mutating func sendDown(_ text: String) throws -> String {
        offerReadiness()
        let bytes = Array(text.utf8)
        guard case .done(bytes.count) = try server.write(bytes.span) else { throw LinkFailure.unfinished }
        return try client.readText()
    }

    /// What a client keeps after it has seen the tickets, which TLS 1.3 sends behind the handshake.
    mutating func keptSession() throws -> TLSResumption? {
        _ = try sendDown("tickets come first")
        let kept = client.resumption
        _ = client.shutdown()
        return kept
    }
}

enum LinkFailure: Error { case unfinished }

extension TLSSession {
    mutating func readText() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 32_768)
        var span = buffer.mutableSpan
        guard case .done(let count) = try read(into: &span) else { throw LinkFailure.unfinished }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    /// Reads until nothing is left.
    mutating func drain(into bytes: inout [UInt8]) throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var span = buffer.mutableSpan
            guard case .done(let count) = try read(into: &span) else { return }
            bytes += buffer.prefix(count)
        }
    }

    /// One read, of which only the kind of outcome matters.
    mutating func readOnce() throws -> Progress<Int> {
        var buffer = [UInt8](repeating: 0, count: 32_768)
        var span = buffer.mutableSpan
        return try read(into: &span)
    }
}

extension Progress {
    var isDone: Bool { if case .done = self { true } else { false } }
    var isClosed: Bool { if case .closed = self { true } else { false } }
    var wantsRead: Bool { if case .wantRead = self { true } else { false } }
    var wantsWrite: Bool { if case .wantWrite = self { true } else { false } }
}
