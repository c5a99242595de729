// Owns the running of asynchronous work on the caller's thread, to its end: a fuzz target's work waits for nothing.
import Synchronization

/// Runs work that has nothing to wait for, and throws what it throws.
func runAtOnce(_ work: @escaping @Sendable () async throws -> Void) throws {
    let queue = CallersQueue()
    let outcome = Mutex<Result<Void, any Error>?>(nil)
    Task(executorPreference: queue) {
        do {
            try await work()
            outcome.withLock { $0 = .success(()) }
        } catch {
            outcome.withLock { $0 = .failure(error) }
        }
    }
    queue.run()
    guard let outcome = outcome.withLock({ $0 }) else { preconditionFailure("the work waits for something") }
    try outcome.get()
}

/// The jobs of a task, until their caller runs them.
private final class CallersQueue: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    func run() {
        while let job = jobs.withLock({ $0.popLast() }) {
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
