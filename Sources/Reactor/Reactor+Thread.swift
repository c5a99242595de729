// The thread of a reactor. Invariant: the thread keeps its reactor alive until the loop has ended.

import CLinux
import Glibc
import Synchronization
import SystemPackage

extension Reactor {
    /// Runs the loop on a thread of its own, which inherits the caller's signal mask.
    package func start() throws(ReactorFailure) {
        let retained = unsafe Unmanaged.passRetained(self)
        var created = pthread_t()
        let status = unsafe pthread_create(&created, nil, runReactor, retained.toOpaque())
        guard status == 0 else {
            unsafe retained.release()
            throw ReactorFailure(.start, Errno(rawValue: status), name)
        }
        thread.withLock { $0 = created }
    }

    /// Waits for the thread of `start()` to end; call it once, after `stop()`, never on a reactor.
    package func join() {
        guard let started = thread.withLock({ $0.take() }) else { return }
        // Fails only for a thread that was joined before or is the caller: `take` and the contract exclude
        // both.
        _ = pthread_join(started, nil)
    }
}

/// The thread's entry: takes over the reference that `start()` made.
private func runReactor(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context = unsafe context else { return nil }
    let reactor = unsafe Unmanaged<Reactor>.fromOpaque(context).takeRetainedValue()
    _ = unsafe clinux_name_thread(reactor.name)
    reactor.run()
    return nil
}
