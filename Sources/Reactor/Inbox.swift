// What other threads hand to a reactor. Invariant: if anything is in it, a wake is on its way or has been
// seen.

import CLinux
import Glibc
import Sockets
import Synchronization
import SystemPackage

/// A locked queue with an eventfd: many deliveries before the loop looks cost one write.
struct Inbox: ~Copyable {
    /// What was delivered since the loop looked last.
    struct Contents {
        var jobs: [UnownedJob] = []
        var calls: [@Sendable () -> Void] = []

        /// Set when the loop has ended: calls are dropped, since one may hold the reactor that holds this.
        var isClosed = false
    }

    private let contents = Mutex(Contents())
    private let isSignalled = Atomic(false)
    private let event: OwnedDescriptor

    init() throws(Errno) {
        let flags = CInt(EFD_NONBLOCK | EFD_CLOEXEC)
        event = OwnedDescriptor(takingOwnership: try Syscall.retrying { eventfd(0, flags) })
    }

    /// The eventfd, to be watched edge-triggered: nobody ever reads it, each write is an edge.
    var descriptor: CInt { event.rawValue }

    borrowing func deliver(_ job: UnownedJob) {
        contents.withLock { $0.jobs.append(job) }
        wake()
    }

    borrowing func deliver(_ call: @escaping @Sendable () -> Void) {
        contents.withLock { if !$0.isClosed { $0.calls.append(call) } }
        wake()
    }

    /// Makes the loop look, unless it is about to.
    borrowing func wake() {
        guard !isSignalled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var one: UInt64 = 1
        // The counter would have to reach 2^64 - 1 for this to fail.
        _ = unsafe write(event.rawValue, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes everything. The flag falls first: what is delivered after that writes again.
    borrowing func take() -> Contents {
        isSignalled.store(false, ordering: .sequentiallyConsistent)
        return contents.withLock { contents in
            let taken = contents
            contents = Contents()
            return taken
        }
    }

    /// Drops the calls that came too late, and those that come later.
    borrowing func close() {
        contents.withLock {
            $0.isClosed = true
            $0.calls = []
        }
    }
}
