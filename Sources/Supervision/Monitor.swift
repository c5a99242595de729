// Monitor: state that threads share, and may wait for, pthread_cond_wait(3).
// The lock is held only inside the closures; none of them may call out or block.
import Glibc

/// State behind a lock, with a way to wait until it changes.
///
/// Sendable though unchecked: the state is only touched with the mutex held, and mutex and condition stay at
/// one address until the last reference is gone. (`Synchronization.Mutex` has no condition variable.)
@safe final class Monitor<State: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    init(_ state: State) {
        self.state = state
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
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

    /// Runs `body` with the lock held.
    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes all that wait, to look at the state again.
    func broadcast() {
        unsafe pthread_cond_broadcast(condition)
    }

    /// Waits until `isMet`, at most for `time` if it is given.
    ///
    /// - Returns: whether `isMet` held at the end.
    @discardableResult
    func wait(atMost time: Duration? = nil, until isMet: (State) -> Bool) -> Bool {
        var deadline = timespec()
        if let time {
            unsafe clock_gettime(CLOCK_MONOTONIC, &deadline)
            let nanoseconds = deadline.tv_nsec + Int(time.components.attoseconds / 1_000_000_000)
            deadline.tv_sec += Int(time.components.seconds) + nanoseconds / 1_000_000_000
            deadline.tv_nsec = nanoseconds % 1_000_000_000
        }
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !isMet(state) {
            let result =
                time == nil
                ? unsafe pthread_cond_wait(condition, mutex)
                : unsafe pthread_cond_timedwait(condition, mutex, &deadline)
            if result == ETIMEDOUT { return isMet(state) }
        }
        return true
    }
}
