// One client's connection: its transport, its waiting and its bounded share of the worker's time.

import HandlerKit
import Reactor
import Sockets

/// A connection on its worker's reactor, used by one task.
final class Connection {
    let worker: Worker
    let socket: StreamSocket
    let registration: Registration
    let listener: Listener
    /// Set once the handshake is done; plain until then.
    var transport: Transport
    /// Set before the first request.
    var facts: ConnectionFacts
    /// Whether it waits for its next request with nothing of it here: a stop closes it at once.
    var isIdle = false
    /// Whether its address has no more connections than it may; others get a 503.
    let isAdmitted: Bool
    /// What may still be done before others get a turn, in bytes.
    private var share = Connection.shareBytes

    private static let shareBytes = 256 * 1024

    init(worker: Worker, socket: StreamSocket, registration: Registration, listener: Listener) {
        self.worker = worker
        self.socket = socket
        self.registration = registration
        self.listener = listener
        isAdmitted = listener.isInternal || worker.admission.enter(
            socket.peer.hostKey, limit: worker.snapshot.limits.connectionsPerAddress)
        transport = .plain(socket)
        facts = ConnectionFacts(
            remote: Endpoint(socket.peer), local: Endpoint(listener.address), tls: nil, listener: listener.name,
            worker: worker.index)
    }

    /// Whether the client speaks plain HTTP to a TLS port.
    var isPlainOnTLS: Bool { listener.isTLS && facts.tls == nil && worker.snapshot.tls != nil }

    /// Takes the connection off the books.
    func leave() {
        if !listener.isInternal { worker.admission.leave(socket.peer.hostKey) }
    }

    /// Waits for the socket; an interruption is for idle connections only and is passed over here.
    func wait(for interest: Interest, until deadline: ReactorInstant) async throws(ConnectionFailure) {
        share = Self.shareBytes
        while true {
            switch await registration.wait(for: interest, until: deadline) {
            case .ready: return
            case .timedOut: throw ConnectionFailure(.timedOut)
            case .cancelled: throw ConnectionFailure(.cancelled)
            case .interrupted: continue
            }
        }
    }

    /// Waits for what a TLS or socket operation wants.
    func wait<Value>(for progress: Progress<Value>, until deadline: ReactorInstant) async throws(ConnectionFailure) {
        if case .wantWrite = progress {
            try await wait(for: .write, until: deadline)
        } else {
            try await wait(for: .read, until: deadline)
        }
    }

    /// Gives others a turn after so many bytes without a wait, so that no client holds the worker.
    @inline(__always)
    func spend(_ bytes: Int) async {
        share -= bytes
        if share < 0 {
            share = Self.shareBytes
            await Task.yield()
        }
    }

    /// Reads at least one byte into the buffer.
    ///
    /// - Returns: whether there was one; false at the peer's orderly end.
    func receive(into input: inout InputBuffer, until deadline: ReactorInstant) async throws(ConnectionFailure) -> Bool {
        while true {
            input.makeRoom(from: &worker.buffers)
            let progress = try input.fill(from: transport)
            switch progress {
            case .done(let count):
                await spend(count)
                return true
            case .closed:
                return false
            case .wantRead, .wantWrite:
                input.release(to: &worker.buffers)
                try await wait(for: progress, until: deadline)
            }
        }
    }

    /// Sends all bytes; each time the client takes some its time begins anew.
    func send(_ bytes: Span<UInt8>) async throws(ConnectionFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let progress = try transport.write(rest)
            switch progress {
            case .done(let count):
                rest = rest.extracting(count...)
                await spend(count)
            case .wantRead, .wantWrite:
                let timeout = worker.snapshot.limits.writeTimeout
                try await wait(for: progress, until: worker.reactor.now.adding(nanoseconds: timeout))
            case .closed:
                throw ConnectionFailure(.closed, "while sending")
            }
        }
    }
}

extension Endpoint {
    init(_ address: SocketAddress) {
        if let port = address.port {
            self.init(host: address.host, port: port)
        } else {
            self.init(host: String(address.host.dropFirst(5)), port: nil)
        }
    }
}
