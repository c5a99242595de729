// All workers together: started, given configurations, drained.

import HandlerKit
import Logging
import Reactor
import Synchronization
import Threads

/// A running server.
package final class Server: Sendable {
    private let workers: [Worker]
    private let admission: Admission
    private let selfChecks: [SelfCheck]
    private let waiting: Waiting

    /// Makes the workers, whose threads start at once; nothing is accepted before ``apply(_:listeners:)``.
    ///
    /// - Parameter checksItself: whether each worker gets a listener of its own for ``checkItself(from:within:)``.
    /// - Throws: ``ReactorFailure`` or ``SocketFailure`` when the system has no room for a thread or a descriptor.
    package init(
        workers count: Int, snapshot: Snapshot, blocking: BlockingPool, logger: Logger, checksItself: Bool
    ) throws {
        let admission = Admission()
        var workers: [Worker] = []
        let waiting = Waiting()
        for index in 0..<count {
            let reactor = try Reactor(name: "worker-\(index)")
            workers.append(
                Worker(
                    index: index, reactor: reactor, snapshot: snapshot, admission: admission,
                    blocking: blocking,
                    logger: logger, resumeAccepting: { waiting.resumeAll() }))
        }
        for worker in workers { try worker.reactor.start() }
        waiting.workers.withLock { $0 = workers }
        self.workers = workers
        self.admission = admission
        self.waiting = waiting
        selfChecks = checksItself ? try workers.map { try SelfCheck(opening: $0) } : []
    }

    /// Sends a request to each worker and waits for its answer.
    ///
    /// - Throws: ``SelfCheck/Failure`` of the first worker that does not answer in time.
    package func checkItself(from reactor: Reactor, within timeout: Duration) async throws(SelfCheck.Failure)
    {
        for check in selfChecks { try await check.run(on: reactor, within: timeout) }
    }

    /// Serves by another configuration: when this returns, every new request is served by it.
    ///
    /// Listeners that stay are not touched.
    /// - Throws: the first failure of a worker; the others serve the new configuration all the same.
    package func apply(_ snapshot: Snapshot, listeners: [Listener]) async throws {
        for worker in workers {
            try await worker.onReactor { try worker.adopt(snapshot, listeners: listeners) }
        }
    }

    /// Stops accepting and lets requests that run finish.
    ///
    /// No worker closes a connection before all have stopped accepting: a client that comes again is refused.
    package func drain() async {
        await onWorkers { await $0.stopAccepting() }
        await onWorkers { await $0.drain() }
    }

    private func onWorkers(_ body: @escaping @Sendable (Worker) async -> Void) async {
        await withDiscardingTaskGroup { group in
            for worker in workers {
                group.addTask(executorPreference: worker.reactor) { await body(worker) }
            }
        }
    }

    /// Ends the connections that are left.
    package func cancel() {
        for worker in workers { worker.reactor.execute { worker.cancelAll() } }
    }

    /// Ends the workers' threads, after ``drain()``.
    package func stop() {
        for worker in workers { worker.reactor.stop() }
        for worker in workers { worker.reactor.join() }
        // They know each other through this: without the cut none of them would ever go.
        waiting.workers.withLock { $0 = [] }
    }

    /// Connections that are open now.
    package var openConnections: Int { admission.count }

    /// Requests since the start.
    package var requests: Int { workers.reduce(0) { $0 + $1.requests.load(ordering: .relaxed) } }
}

/// The workers as those see each other who end a connection: whoever waits for one is told.
private final class Waiting: Sendable {
    let workers = Mutex<[Worker]>([])

    func resumeAll() {
        for worker in workers.withLock({ $0 }) { worker.reactor.execute { worker.resume() } }
    }
}

extension Worker {
    /// Runs the closure on the worker's thread.
    func onReactor(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            reactor.execute { continuation.resume(with: Result { try body() }) }
        }
    }
}
