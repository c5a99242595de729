// The thread of a reactor. Invariant: the thread keeps its reactor alive until the loop has ended.

import Synchronization
import SystemPackage
import Threads

extension Reactor {
    /// Runs the loop on a thread of its own, which inherits the caller's signal mask.
    package func start() throws(ReactorFailure) {
        do throws(ThreadFailure) {
            let started = try Thread(name: name) { self.run() }
            thread.withLock { $0 = started }
        } catch {
            throw ReactorFailure(.start, Errno(rawValue: error.errorNumber), name)
        }
    }

    /// Waits for the thread of `start()` to end; call it once, after `stop()`, never on a reactor.
    package func join() {
        thread.withLock { $0.take() }?.join()
    }
}
