// State that threads share and may wait for: pthread_mutex and pthread_cond in one allocation each. The lock is held
// only inside the closures; none of them may call out or block.

import Glibc

/// State behind a lock, with a way to wait until another thread has changed it; see pthread_cond_wait(3).
///
/// `Synchronization.Mutex` has no condition variable.
// @unchecked: the state is only touched with the mutex held, and mutex and condition stay at one address until the last
// reference is gone.
@safe
package final class Monitor<State>: @unchecked Sendable {
    private var state: State
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    /// Makes a monitor around state that nobody else holds.
    package init(_ state: sending State) {
        self.state = state
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // Otherwise a deadline would move with the clock on the wall.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs the closure with the state, alone.
    package func withLock<Result>(_ body: (inout State) -> sending Result) -> sending Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes one thread that waits, to look at the state again.
    package func signal() {
        unsafe pthread_cond_signal(condition)
    }

    /// Wakes all threads that wait, to look at the state again.
    package func broadcast() {
        unsafe pthread_cond_broadcast(condition)
    }

    /// Waits until the closure gives a result; it is asked once before, and again after each wake.
    package func wait<Result>(until body: (inout State) -> sending Result?) -> sending Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            unsafe pthread_cond_wait(condition, mutex)
        }
    }

    /// Waits until the closure says yes, for `time` at the most.
    ///
    /// - Returns: whether it said yes at the end.
    @discardableResult
    package func wait(atMost time: Duration, until isMet: (State) -> Bool) -> Bool {
        var deadline = Self.deadline(after: time)
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !isMet(state) {
            let result = unsafe pthread_cond_timedwait(condition, mutex, &deadline)
            if result == ETIMEDOUT { return isMet(state) }
        }
        return true
    }

    private static func deadline(after time: Duration) -> timespec {
        var deadline = timespec()
        // Fails only for a clock that the kernel doesn't know.
        unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + Int(time.components.attoseconds / 1_000_000_000)
        deadline.tv_sec += Int(time.components.seconds) + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        return deadline
    }
}
