// One thread that serves connections: its reactor, its configuration, what is open on it.

import HTTPTypes
import HTTPWire
import HandlerKit
import Logging
import Reactor
import Sockets
import Synchronization
import TLS
import Threads

/// A worker. All that varies belongs to its reactor's thread, but for the counter.
// @unchecked: the state is reached by jobs of the reactor only; `Reactor.preconditionOnReactor` stands at the entries.
final class Worker: @unchecked Sendable {
    let index: Int
    let reactor: Reactor
    let admission: Admission
    let blocking: BlockingPool
    let logger: Logger
    /// Requests since the start, written by this worker only.
    let requests = Atomic(0)
    /// Whether there is a certificate, for whoever asks from another thread.
    let speaksTLS: Atomic<Bool>

    // Unchecked exclusivity: one thread, and no access is held over a call that could come back here.

    /// What new requests are served by.
    @safe @exclusivity(unchecked) private(set) var snapshot: Snapshot
    /// What handshakes are made with: the snapshot's, or the last there was when it has none, for connections that
    /// a TLS listener accepted before it went.
    @safe @exclusivity(unchecked) private(set) var tls: TLSContext?
    @safe @exclusivity(unchecked) var buffers = BufferPool()
    @safe @exclusivity(unchecked) private var current: CurrentFields
    @safe @exclusivity(unchecked) private var acceptors: [ObjectIdentifier: Acceptor] = [:]
    @safe @exclusivity(unchecked) private var open: [Int: OpenConnection] = [:]
    @safe @exclusivity(unchecked) private var nextConnection = 0
    @safe @exclusivity(unchecked) private var nextRequest = UInt64.random(in: 0...UInt64.max)
    /// Whether the server stops: what is answered now is answered with `Connection: close`.
    private(set) var isDraining = false
    private var whenEmpty: CheckedContinuation<Void, Never>?
    /// Called on this worker when a connection ended that others may be waiting for.
    let resumeAccepting: @Sendable () -> Void

    init(
        index: Int, reactor: Reactor, snapshot: Snapshot, admission: Admission, blocking: BlockingPool,
        logger: Logger,
        resumeAccepting: @escaping @Sendable () -> Void
    ) {
        self.index = index
        self.reactor = reactor
        self.snapshot = snapshot
        current = CurrentFields(server: snapshot.serverField)
        tls = snapshot.tls
        speaksTLS = Atomic(snapshot.tls != nil)
        self.admission = admission
        self.blocking = blocking
        self.logger = logger
        self.resumeAccepting = resumeAccepting
    }

    /// An id that no other request of this process has.
    func makeRequestID() -> RequestID {
        // Odd, so that all 2^64 values come before one comes again.
        nextRequest &+= 0x9E37_79B9_7F4A_7C15
        return RequestID(nextRequest)
    }

    /// What the server says of itself in each response.
    var serverFields: ServerFields { current.value(at: reactor.now) }

    /// What answers a request that is none, which is logged here.
    @inline(never)
    func refusal(
        _ status: HTTPResponse.Status, _ message: String, reason: String, from client: Endpoint
    ) -> Response {
        let id = makeRequestID()
        logger.info(
            "A request was refused.",
            metadata: [
                "remote_addr": "\(client)", "status": "\(status.code)", "reason": "\(reason)",
                "request_id": "\(id)",
            ])
        let problem = Problem(status: status, explanation: message, requestID: id)
        return snapshot.problemPage.response(for: problem, to: [:])
    }

    /// The moment so many nanoseconds from now.
    func deadline(_ nanoseconds: UInt64) -> MonotonicInstant {
        reactor.now.adding(nanoseconds: nanoseconds)
    }

    func countRequest() {
        requests.store(requests.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }
}

/// A connection's task, and the connection itself once its task runs.
private struct OpenConnection {
    let task: Task<Void, Never>
    var connection: Connection?
}

extension Worker {
    /// Serves a socket that was just accepted, in a task of its own.
    func serve(_ socket: sending StreamSocket, from listener: ListenerFacts) {
        let number = nextConnection
        nextConnection += 1
        let task = Task(executorPreference: reactor) { await self.run(number, socket, listener) }
        open[number] = OpenConnection(task: task)
    }

    private func run(_ number: Int, _ socket: StreamSocket, _ listener: ListenerFacts) async {
        if let connection = connect(number, socket, listener) {
            await connection.run()
            connection.end()
        }
        ended(number, listener)
    }

    // Out of line: what is inlined into an asynchronous function lies in each idle connection's task.
    @inline(never)
    private func connect(_ number: Int, _ socket: StreamSocket, _ listener: ListenerFacts) -> Connection? {
        do throws(ReactorFailure) {
            let registration = try reactor.register(socket)
            if Task.isCancelled { registration.cancel() }
            let connection = Connection(
                worker: self, socket: socket, registration: registration, listener: listener)
            open[number]?.connection = connection
            return connection
        } catch {
            logger.warning("A connection could not be watched.", metadata: ["error": "\(error)"])
            return nil
        }
    }

    @inline(never)
    private func ended(_ number: Int, _ listener: ListenerFacts) {
        open[number] = nil
        if !listener.isInternal, admission.leave() { resumeAccepting() }
        if open.isEmpty, isDraining { finishDraining() }
        for acceptor in acceptors.values { acceptor.connectionEnded() }
    }
}

extension Worker {
    /// Serves new requests by another configuration from now on, and accepts from other listeners.
    ///
    /// Listeners that stay are not touched; of those that go, what waits in the backlog is accepted first.
    func adopt(_ snapshot: Snapshot, listeners: [Listener]) throws(ReactorFailure) {
        reactor.preconditionOnReactor()
        // A reload that waited for this worker comes too late: what stopped accepting doesn't begin again.
        guard !isDraining else { return }
        self.snapshot = snapshot
        current = CurrentFields(server: snapshot.serverField)
        tls = snapshot.tls ?? tls
        speaksTLS.store(tls != nil, ordering: .relaxed)
        let wanted = Set(listeners.map { ObjectIdentifier($0) })
        // Those that go first: one that comes may have the socket of one that goes, under another name.
        for (id, acceptor) in acceptors where !wanted.contains(id) && !acceptor.listener.isInternal {
            acceptor.finish(leavingBacklog: false)
            acceptors[id] = nil
        }
        for listener in listeners where acceptors[ObjectIdentifier(listener)] == nil {
            try startAccepting(from: listener)
        }
        resume()
    }

    private func startAccepting(from listener: Listener) throws(ReactorFailure) {
        let acceptor = try Acceptor(listener, for: self)
        acceptors[ObjectIdentifier(listener)] = acceptor
        acceptor.task = Task(executorPreference: reactor) { await self.accept(from: listener) }
    }

    /// Serves the server's own requests, by which the watchdog knows that this worker lives.
    func acceptRequestsToItself(from listener: Listener) {
        do throws(ReactorFailure) {
            try startAccepting(from: listener)
        } catch {
            // The self check fails then, and says so each time.
            logger.error("A worker can't check itself.", metadata: ["error": "\(error)"])
        }
    }

    private func accept(from listener: Listener) async {
        await acceptors[ObjectIdentifier(listener)]?.run()
    }

    /// Accepts again after the limit of connections was reached.
    func resume() {
        for acceptor in acceptors.values { acceptor.resume() }
    }

    /// Accepts what waits in the backlogs, then no more; this worker has let go of the sockets when it returns.
    func stopAccepting() async {
        reactor.preconditionOnReactor()
        isDraining = true
        // What systemd handed over outlives this process: the next one accepts what still waits.
        for acceptor in acceptors.values {
            acceptor.finish(leavingBacklog: acceptor.listener.socket.isAdopted)
        }
        let tasks = acceptors.values.compactMap(\.task)
        acceptors = [:]
        // The tasks hold the sockets: one that is still open takes connections that nobody serves.
        for task in tasks { await task.value }
    }

    /// Closes idle connections and waits for the others.
    func drain() async {
        reactor.preconditionOnReactor()
        for entry in open.values where entry.connection?.isInterruptible == true {
            entry.connection?.registration.interrupt()
        }
        guard !open.isEmpty else { return }
        await withCheckedContinuation { whenEmpty = $0 }
    }

    /// Ends all connections now.
    func cancelAll() {
        reactor.preconditionOnReactor()
        // The task, for a handler that waits for something else; the registration, for what waits for the client.
        for entry in open.values {
            entry.task.cancel()
            entry.connection?.registration.cancel()
        }
    }

    private func finishDraining() {
        whenEmpty?.resume()
        whenEmpty = nil
    }
}
