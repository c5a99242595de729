// Threads for calls that block (a disk that isn't in the page cache, a folder's listing), so that no
// reactor ever waits. Bounded in threads; the queue is bounded by its callers, each of which suspends.

/// A bounded pool of threads for calls that may block.
///
/// A handler runs on its connection's reactor, where a call that blocks would stop all other
/// connections of that worker. Such a call goes to the pool:
///
/// ```swift
/// let names = try await context.blocking.run { try listNames(of: folder) }
/// ```
public final class BlockingPool: Sendable {
    fileprivate struct State {
        /// Those before ``next`` are taken, and nil.
        var queue: [(@Sendable () -> Void)?] = []
        var next = 0
        var idle = 0
        var threads = 0
        var isClosed = false
    }

    private let limit: Int
    private let state = Monitor(State())

    /// Makes a pool; threads start when they are first needed and stay.
    ///
    /// - Parameter threads: The most threads at one time, 1 at least.
    public init(threads: Int = 8) {
        precondition(threads > 0, "a pool without threads would never run anything")
        limit = threads
    }

    deinit {
        // Threads hold the monitor, not the pool: they end as soon as the queue is empty.
        state.withLock { $0.isClosed = true }
        state.broadcast()
    }

    /// Runs the closure on a thread of the pool; the caller suspends and goes on where it was.
    ///
    /// - Returns: What the closure returned.
    /// - Throws: What the closure threw.
    public func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result
    {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
            submit {
                do {
                    continuation.resume(returning: try body())
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    private func submit(_ job: @escaping @Sendable () -> Void) {
        let needsThread = state.withLock { state in
            state.queue.append(job)
            let waiting = state.queue.count - state.next
            guard waiting > state.idle, state.threads < limit else { return false }
            state.threads += 1
            return true
        }
        if needsThread { startThread() }
        state.signal()
    }

    private func startThread() {
        do {
            try Thread(name: "blocking") { [state] in Self.work(state) }.detach()
        } catch {
            // No room for another thread: those that run take the job. With none at all it would wait
            // for ever, so this thread runs what is queued, slowly but surely.
            let isAlone = state.withLock { state in
                state.threads -= 1
                return state.threads == 0
            }
            if isAlone { Self.drain(state) }
        }
    }

    private static func work(_ state: Monitor<State>) {
        while true {
            state.withLock { $0.idle += 1 }
            let job: (@Sendable () -> Void)? = state.wait { state in
                if let job = state.takeFirst() {
                    state.idle -= 1
                    return .some(.some(job))
                }
                return state.isClosed ? .some(.none) : nil
            }
            guard let job else { return }
            job()
        }
    }

    private static func drain(_ state: Monitor<State>) {
        while let job = state.withLock({ $0.takeFirst() }) { job() }
    }
}

extension BlockingPool.State {
    fileprivate mutating func takeFirst() -> (@Sendable () -> Void)? {
        guard next < queue.count else { return nil }
        // Taken out: what a call holds is not to wait for those behind it.
        let job = queue[next].take()
        next += 1
        if next == queue.count {
            queue.removeAll(keepingCapacity: true)
            next = 0
        } else if next == 1024 {
            // A queue that never empties would grow for ever.
            queue.removeFirst(next)
            next = 0
        }
        return job
    }
}
