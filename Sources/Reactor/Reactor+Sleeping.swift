// Sleeping tasks. `Task.sleep` would come back through the default executor and its thread.

import Sockets
import Threads

/// How a sleep ended.
package enum SleepOutcome: Sendable {
    case elapsed
    /// The task was cancelled, or the reactor stops.
    case cancelled
}

/// A task that sleeps; resumed exactly once.
@safe
struct Sleeper {
    private let continuation: UnsafeContinuation<SleepOutcome, Never>

    init(_ continuation: UnsafeContinuation<SleepOutcome, Never>) {
        unsafe self.continuation = unsafe continuation
    }

    func resume(_ outcome: SleepOutcome) {
        unsafe continuation.resume(returning: outcome)
    }
}

extension Reactor {
    /// Suspends the calling task, which runs on this reactor, until `deadline`; some milliseconds late at
    /// most.
    @discardableResult
    package func sleep(until deadline: MonotonicInstant) async -> SleepOutcome {
        preconditionOnReactor()
        let ticket = nextTicket
        nextTicket += 1
        return await withTaskCancellationHandler {
            if Task.isCancelled { return .cancelled }
            return unsafe await withUnsafeContinuation { continuation in
                sleeps.insert(unsafe Sleeper(continuation), ticket: ticket, until: deadline)
            }
        } onCancel: {
            // Always later, as a call: by then the sleeper above is in the queue.
            execute { self.cancelSleep(ticket) }
        }
    }

    /// Suspends the calling task, which runs on this reactor, for at least `duration`.
    @discardableResult
    package func sleep(for duration: Duration) async -> SleepOutcome {
        await sleep(until: .current() + duration)
    }

    /// Suspends the calling task for at least `duration`, on the reactor that it runs on.
    ///
    /// - Throws: at once when the task is cancelled, or the reactor stops.
    package static func sleepOnCurrent(for duration: Duration) async throws(CancellationError) {
        guard let reactor = current else { preconditionFailure("the task runs on no reactor") }
        guard await reactor.sleep(for: duration) == .elapsed else { throw CancellationError() }
    }

    /// The reactor that the calling task runs on.
    private static var current: Reactor? {
        unsafe withUnsafeCurrentTask { unsafe $0?.unownedTaskExecutor?.asTaskExecutor() } as? Reactor
    }

    private func cancelSleep(_ ticket: UInt64) {
        sleeps.remove(ticket: ticket)?.resume(.cancelled)
    }
}
