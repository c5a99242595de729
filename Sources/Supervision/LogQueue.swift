// LogQueue: what waits to be logged, and the thread that writes it.
// Bounded in entries and bytes: what does not fit is counted and dropped, never waited for.
import SystemPackage
import Threads

/// A bounded queue of log entries with a thread of its own that writes them to a sink.
///
/// The thread sleeps for `linger` after the first entry of a batch, so that a busy server pays for one wake and
/// one write for many entries; a warning, or a queue that is half full, is written at once.
package final class LogQueue: Sendable {
    /// How much may wait, and for how long.
    package struct Limits: Sendable {
        /// Entries that may wait; 8,192 by default.
        package var entries = 8192
        /// Bytes of memory that they may hold, about; 4 MiB by default.
        package var bytes = 4 << 20
        /// How long an entry may wait for others to be written with it; 20 ms by default.
        package var linger: Duration = .milliseconds(20)

        /// The defaults.
        package init() {}
    }

    private struct State: Sendable {
        var pending: [LogEntry] = []
        var bytes = 0
        var dropped: UInt64 = 0
        var droppedInAll: UInt64 = 0
        var isUrgent = false
        var isClosed = false
        var isFinished = false
        // Batches that were taken, and of those the ones that are written.
        var taken: UInt64 = 0
        var written: UInt64 = 0

        var isIdle: Bool { pending.isEmpty && dropped == 0 }
    }

    private let limits: Limits
    private let sink: any LogSink
    private let monitor = Monitor(State())

    /// Makes a queue, and starts its thread.
    ///
    /// - Throws: `SupervisionError` (`.thread`).
    package static func start(
        writingTo sink: any LogSink, limits: Limits = Limits()
    ) throws(SupervisionError) -> LogQueue {
        let queue = LogQueue(sink: sink, limits: limits)
        do throws(ThreadFailure) {
            try Thread(name: "portico-log") { queue.writeUntilClosed() }.detach()
        } catch {
            throw SupervisionError(
                .thread, errno: Errno(rawValue: error.errorNumber), context: "the log's thread")
        }
        return queue
    }

    private init(sink: any LogSink, limits: Limits) {
        self.sink = sink
        self.limits = limits
    }

    /// How many entries were dropped since the start.
    package var droppedEntries: UInt64 { monitor.withLock { $0.droppedInAll } }

    /// Takes an entry, or drops and counts it if there is no room: one short lock, never waits for the sink.
    package func enqueue(_ entry: LogEntry) {
        let size = entry.size
        let mustWake = monitor.withLock { state -> Bool in
            guard !state.isClosed else { return false }
            guard state.pending.count < limits.entries, state.bytes + size <= limits.bytes else {
                state.dropped += 1
                state.droppedInAll += 1
                return false
            }
            let wasEmpty = state.pending.isEmpty
            let wasUrgent = state.isUrgent
            state.pending.append(entry)
            state.bytes += size
            state.isUrgent =
                wasUrgent || entry.isUrgent || state.pending.count >= limits.entries / 2
                || state.bytes >= limits.bytes / 2
            return wasEmpty || state.isUrgent != wasUrgent
        }
        if mustWake { monitor.broadcast() }
    }

    /// Waits until all that was enqueued before is written.
    ///
    /// - Returns: false if `time` was over before, as with a reader of standard error that does not read.
    @discardableResult
    package func flush(within time: Duration = .seconds(2)) -> Bool {
        let goal = monitor.withLock { state -> UInt64 in
            state.isUrgent = true
            return state.isIdle ? state.taken : state.taken + 1
        }
        monitor.broadcast()
        return monitor.wait(atMost: time) { $0.written >= goal }
    }

    /// Writes what waits and ends the thread; what comes later is dropped.
    ///
    /// - Returns: false if `time` was over before; the thread then ends when its sink lets it.
    @discardableResult
    package func close(within time: Duration = .seconds(2)) -> Bool {
        monitor.withLock { $0.isClosed = true }
        monitor.broadcast()
        return monitor.wait(atMost: time) { $0.isFinished }
    }

    private func writeUntilClosed() {
        var batch: [LogEntry] = []
        while let dropped = take(&batch) {
            sink.write(batch)
            if dropped > 0 { sink.write([.dropped(dropped)]) }
            batch.removeAll(keepingCapacity: true)
            monitor.withLock { $0.written += 1 }
            monitor.broadcast()
        }
        monitor.withLock { $0.isFinished = true }
        monitor.broadcast()
    }

    /// Waits for entries and swaps them for the empty `batch`, whose memory is used again.
    ///
    /// - Returns: how many were dropped since the last time; nil if the queue is closed and empty.
    private func take(_ batch: inout [LogEntry]) -> UInt64? {
        monitor.wait { !$0.isIdle || $0.isClosed ? () : nil }
        monitor.wait(atMost: limits.linger) { $0.isUrgent || $0.isClosed }
        return monitor.withLock { state in
            guard !state.isIdle else {
                state.isUrgent = false
                return nil
            }
            swap(&state.pending, &batch)
            defer { state.dropped = 0 }
            state.bytes = 0
            state.isUrgent = false
            state.taken += 1
            return state.dropped
        }
    }
}
