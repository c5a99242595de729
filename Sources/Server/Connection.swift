// One client's connection: its transport, its waiting and its bounded share of the worker's time.

import HandlerKit
import Reactor
import Sockets
import TLS
import Threads

/// A connection on its worker's reactor, used by one task.
final class Connection: Requester {
    let worker: Worker
    let socket: StreamSocket
    let registration: Registration
    let listener: ListenerFacts
    // Unchecked exclusivity: one task of one thread uses the connection.

    /// Set once the handshake is done; plain until then.
    @safe @exclusivity(unchecked) var transport: Transport
    /// Whether the handshake is done, so that requests come through TLS.
    var isSecure = false
    /// The connection as its requests see it; not asked for before the handshake is over.
    private(set) lazy var facts = makeFacts()
    /// Whether a stop may interrupt its wait: it waits for its next request, or can tell its client to ask elsewhere.
    var isInterruptible = false
    /// Whether its client's address has no more connections than it may; others get a 503.
    private(set) var isAdmitted = false
    /// Whether it is counted among its client's.
    private var isCounted = false
    /// Whether the peer is a proxy that has to say who the client is.
    let isProxied: Bool
    /// The client's connection to the proxy, once that has told of one.
    private var forwarded: ForwardedConnection?
    /// What may still be done before others get a turn, in bytes.
    @safe @exclusivity(unchecked) private var share = Connection.shareBytes

    /// What the client may still keep the server waiting to take what is sent.
    private var allowance = TransferAllowance()

    private static let shareBytes = 256 * 1024

    init(worker: Worker, socket: StreamSocket, registration: Registration, listener: ListenerFacts) {
        self.worker = worker
        self.socket = socket
        self.registration = registration
        self.listener = listener
        transport = .plain(socket)
        isProxied = !listener.isInternal && listener.rules.trusts(socket.peer)
        if !isProxied { admit(nil) }
    }

    /// Counts it among its client's connections, now that the client is known.
    func admit(_ forwarded: ForwardedConnection?) {
        self.forwarded = forwarded
        isCounted = !isInternal
        isAdmitted =
            isInternal
            || worker.admission.enter(client.hostKey, limit: worker.snapshot.limits.connectionsPerAddress)
    }

    /// The client's end; the peer's, unless a proxy said otherwise.
    private var client: SocketAddress { forwarded?.source ?? socket.peer }

    // Out of line: what is inlined into an asynchronous function lies in each idle connection's task.
    @inline(never)
    private func makeFacts() -> ConnectionFacts {
        var details: TLSDetails?
        if isSecure, case .secure(let stream) = transport {
            details = TLSDetails(stream.session.facts, stream.session.record)
        }
        return ConnectionFacts(
            remote: Endpoint(client), local: forwarded.map { Endpoint($0.destination) } ?? listener.endpoint,
            proxy: forwarded.map { _ in Endpoint(socket.peer) }, tls: details, listener: listener.name,
            worker: worker.index)
    }

    /// Has what requests see of the handshake told anew.
    func handshakeChanged() { facts = makeFacts() }

    /// Whether the client was verified as a server name wants it, if it wants that.
    ///
    /// The server's own requests have no certificate, and anybody on this machine can find where they come in.
    @inline(never)
    func isVerified(for authority: String?, by context: TLSContext) -> Bool {
        guard isSecure, case .secure(let stream) = transport else { return true }
        return !isInternal
            && context.admits(authority.map(RouteTable.hostName), over: stream.session)
    }

    /// Whether it only serves the server's requests to itself.
    var isInternal: Bool { listener.isInternal }

    /// Whether the client speaks plain HTTP to a TLS port.
    var isPlainOnTLS: Bool { listener.isTLS && !isSecure && worker.tls != nil }

    /// Takes the connection off the books and closes it.
    @inline(never)
    func end() {
        if isCounted { worker.admission.leave(client.hostKey) }
        // close(2) takes it out of epoll by itself; the slot only has to be given back.
        socket.close()
        registration.deregister()
    }

    /// Whether reading may bring something without a wait.
    @inline(__always)
    var mayRead: Bool {
        socket.mayProceed(reading: true, writing: false, hangup: false) || transport.hasPending
    }

    /// Waits for the socket; an interruption is for idle connections only and is passed over here.
    func wait(for interest: Interest, until deadline: MonotonicInstant) async throws(ConnectionFailure) {
        renewShare()
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
    func wait<Value>(for progress: Progress<Value>, until deadline: MonotonicInstant)
        async throws(ConnectionFailure)
    {
        if case .wantWrite = progress {
            try await wait(for: .write, until: deadline)
        } else {
            try await wait(for: .read, until: deadline)
        }
    }

    /// Begins a new share, after a wait in which others had their turn.
    func renewShare() { share = Self.shareBytes }

    /// Takes bytes off the share.
    ///
    /// - Returns: whether it is used up, so that others must get a turn: no client holds the worker.
    @inline(__always)
    func spend(_ bytes: Int) -> Bool {
        share -= bytes
        guard share < 0 else { return false }
        renewShare()
        return true
    }

    /// Reads at least one byte into the buffer.
    ///
    /// - Returns: whether there was one; false at the peer's orderly end.
    func receive(into input: inout InputBuffer, until deadline: MonotonicInstant)
        async throws(ConnectionFailure) -> Bool
    {
        while true {
            input.makeRoom(from: &worker.buffers)
            let progress = try input.fill(from: transport)
            switch progress {
            case .done(let count):
                if spend(count) { await Task.yield() }
                return true
            case .closed:
                return false
            case .wantRead, .wantWrite:
                input.release(to: &worker.buffers)
                try await wait(for: progress, until: deadline)
            }
        }
    }

    /// Sends all bytes.
    ///
    /// - Throws: `.aborted` when the client has used up its time to take them, or the server ends all connections.
    func send(_ bytes: Span<UInt8>) async throws(ConnectionFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let progress = try transport.write(rest)
            switch progress {
            case .done(let count):
                rest = rest.extracting(count...)
                if spend(count) { await Task.yield() }
            case .wantRead, .wantWrite:
                try await waitToSend(progress)
            case .closed:
                throw ConnectionFailure(.closed, "while sending")
            }
        }
    }

    /// Waits until more can be sent, on the client's account.
    func waitToSend(_ progress: Progress<Int>) async throws(ConnectionFailure) {
        while true {
            let limit = worker.snapshot.limits.response
            let began = worker.reactor.now
            let queued = socket.undelivered
            do throws(ConnectionFailure) {
                try await wait(for: progress, until: allowance.deadline(from: began, limit))
                return account(from: began, queued)
            } catch {
                account(from: began, queued)
                // The socket is writable once much of its buffer is free, long after a slow client began to take it.
                if error.code == .timedOut, !allowance.isSpent(limit) { continue }
                throw ConnectionFailure(
                    .aborted,
                    error.code == .timedOut ? "the client takes too little of a response" : error.description)
            }
        }
    }

    /// Until when a client that takes nothing may be waited for from now on.
    var sendDeadline: MonotonicInstant {
        allowance.deadline(from: worker.reactor.now, worker.snapshot.limits.response)
    }

    /// Whether the client has used up its time to take responses.
    var hasUsedUpItsTime: Bool { allowance.isSpent(worker.snapshot.limits.response) }

    /// Takes a wait off the client's time, and gives back what it took meanwhile.
    @inline(never)
    func account(from began: MonotonicInstant, _ queued: Int) {
        allowance.spend(from: began, to: worker.reactor.now)
        allowance.earn(queued - socket.undelivered, worker.snapshot.limits.response)
    }

    /// Sends what can be sent without waiting.
    ///
    /// - Returns: how many bytes were sent; the rest is for ``send(_:)``.
    @inline(__always)
    func sendAtOnce(_ bytes: Span<UInt8>) throws(ConnectionFailure) -> Int {
        guard case .done(let count) = try transport.write(bytes) else { return 0 }
        share -= count
        return count
    }
}

extension TLSDetails {
    fileprivate init(_ facts: TLSFacts, _ record: HandshakeRecord?) {
        var clientCertificate: (@Sendable () -> CertificateDetails)?
        if let peer = facts.peerCertificate { clientCertificate = { CertificateDetails(peer.facts) } }
        var handshake: (@Sendable () -> TLSHandshake)?
        if let record { handshake = { TLSHandshake(record) } }
        self.init(
            version: facts.version, cipher: facts.cipher, group: facts.group, alpn: facts.alpn,
            serverName: facts.serverName, isResumed: facts.isResumed,
            clientCertificate: clientCertificate, handshake: handshake)
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
