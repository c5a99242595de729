// The event loop of one thread, as a task executor. Invariant: everything but the inbox belongs to the thread
// that is in `run()`; each public entry checks that.

import Glibc
import Sockets
import Synchronization
import SystemPackage
import Threads

/// Runs tasks, watches descriptors and keeps deadlines on one thread.
///
/// Start a task on it with `Task(executorPreference: reactor)`; its child tasks stay on it, and after
/// awaiting an actor or the global executor it comes back. A plain `Task {}` does not inherit the executor.
// @unchecked: the loop's state is reached only by the thread in `run()`, checked by `preconditionOnReactor`.
package final class Reactor: TaskExecutor, @unchecked Sendable {
    /// Jobs run between two looks at the descriptors, so that a storm of jobs cannot starve them.
    static let jobsPerTick = 256

    /// For logs and, cut to 15 bytes, the thread's name.
    package let name: String

    let epoll: Epoll
    let inbox: Inbox
    private let owner = Atomic<UInt>(0)
    private let isStopping = Atomic(false)
    let thread = Mutex<Thread?>(nil)

    // Unchecked exclusivity: one thread, and no access to these runs foreign code before it ends. The
    // run-time checks were a third of the instructions of a wait.
    @safe @exclusivity(unchecked) var slots = SlotTable()
    @safe @exclusivity(unchecked) var wheel: TimerWheel
    @safe @exclusivity(unchecked) var sleeps = SleepQueue<Sleeper>()
    @safe @exclusivity(unchecked) private var jobs = JobQueue()
    @safe @exclusivity(unchecked) private var hasMail = false
    private var calls: [@Sendable () -> Void] = []
    var nextTicket: UInt64 = 0

    @usableFromInline @safe @exclusivity(unchecked) var moment = MonotonicInstant.current()
    /// The clock as of the last look at the descriptors.
    // Computed: other modules would check a stored one's exclusivity all the same.
    @inlinable package var now: MonotonicInstant { moment }
    /// Counters since the start; read them on the reactor.
    @safe @exclusivity(unchecked) package internal(set) var statistics = ReactorStatistics()

    /// Makes a reactor that nobody runs yet; what is handed to it waits.
    package init(name: String) throws(ReactorFailure) {
        self.name = name
        wheel = TimerWheel(now: .current())
        do throws(Errno) {
            epoll = try Epoll()
            inbox = try Inbox()
            try epoll.add(inbox.descriptor, EpollEvents.source, Self.mail)
        } catch {
            throw ReactorFailure(.create, error, name)
        }
    }

    /// The name of the inbox among the slots; no slot reaches this index.
    static let mail = SlotName(index: .max, generation: .max)

    /// Whether the caller is on the thread that runs this reactor.
    package var isOnReactor: Bool {
        UInt(pthread_self()) == owner.load(ordering: .relaxed)
    }

    /// Traps if the caller is on another thread.
    @inline(__always)
    package func preconditionOnReactor() {
        precondition(isOnReactor, "this belongs to the reactor's thread")
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnReactor {
            jobs.append(job)
        } else {
            inbox.deliver(job)
        }
    }

    /// Runs `body` on the loop, soon and in order, from any thread; never before this returns.
    package func execute(_ body: @escaping @Sendable () -> Void) {
        if isOnReactor {
            calls.append(body)
        } else {
            inbox.deliver(body)
        }
    }

    /// Runs the loop on the calling thread until `stop()`; one thread, once.
    package func run() {
        let (isFirst, _) = owner.compareExchange(
            expected: 0, desired: UInt(pthread_self()), ordering: .sequentiallyConsistent)
        precondition(isFirst, "a reactor runs once")
        while true {
            runCalls()
            runJobs()
            if isStopping.load(ordering: .acquiring), isFinished() { break }
            poll()
            if hasMail { openInbox() }
            fireTimers()
        }
        // The kernel reuses thread numbers: nobody is on this reactor any more.
        owner.store(.max, ordering: .relaxed)
        inbox.close()
    }

    /// Ends `run()`, from any thread: registrations and sleeps are cancelled, and the jobs that follow are
    /// run.
    ///
    /// End the tasks first: one that is suspended elsewhere when the loop ends is never resumed.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        inbox.wake()
    }

    private func isFinished() -> Bool {
        cancelEverything()
        openInbox()
        return jobs.isEmpty && calls.isEmpty
    }

    private func runCalls() {
        guard !calls.isEmpty else { return }
        let batch = calls
        calls = []
        for call in batch { call() }
    }

    private func runJobs() {
        let executor = unsafe asUnownedTaskExecutor()
        var budget = Self.jobsPerTick
        while budget > 0, let job = jobs.popFirst() {
            unsafe job.runSynchronously(on: executor)
            budget -= 1
        }
        statistics.jobs += Self.jobsPerTick - budget
    }

    private func poll() {
        let count = epoll.wait(milliseconds: timeout())
        moment = .current()
        statistics.ticks += 1
        for position in 0..<count {
            let event = epoll[position]
            dispatch(event.events, to: event.name)
        }
    }

    /// How long the kernel may keep us: not at all with work to do, for ever without a deadline.
    private func timeout() -> CInt {
        guard jobs.isEmpty, calls.isEmpty, !isStopping.load(ordering: .relaxed) else { return 0 }
        let due = min(wheel.nextDue, sleeps.nextDue())
        guard due != .never else { return -1 }
        guard due > now else { return 0 }
        let milliseconds = (due.nanoseconds - now.nanoseconds + 999_999) / 1_000_000
        return CInt(clamping: milliseconds)
    }

    /// Hands an event to the slot it was meant for; one for an earlier generation is dropped.
    func dispatch(_ events: UInt32, to name: SlotName) {
        if name == Self.mail {
            hasMail = true
        } else if let slot = slots.live(name), slot.record(events) {
            end(slot, .ready)
        }
    }

    private func openInbox() {
        hasMail = false
        statistics.wakes += 1
        let contents = inbox.take()
        for job in contents.jobs { jobs.append(job) }
        calls.append(contentsOf: contents.calls)
    }

    private func fireTimers() {
        while let index = wheel.popExpired(at: now) {
            end(slots[index], .timedOut)
        }
        while let sleeper = sleeps.popExpired(at: now) {
            sleeper.resume(.elapsed)
        }
    }
}

/// What a reactor has done so far.
package struct ReactorStatistics: Sendable {
    /// Looks at the descriptors, epoll_wait(2).
    package internal(set) var ticks = 0
    /// Jobs of tasks that ran.
    package internal(set) var jobs = 0
    /// Waits on a registration that suspended.
    package internal(set) var waits = 0
    /// Times the inbox was opened.
    package internal(set) var wakes = 0
}
