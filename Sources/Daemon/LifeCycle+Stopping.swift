// The ordered stop: what runs may finish, within a deadline, unless a second signal says otherwise.

import Configuration
import Logging
import Reactor
import Server
import Supervision
import Synchronization
import Threads

extension LifeCycle {
    /// Lets requests that run finish, within the drain's deadline; a second signal ends that at once.
    func stop(listeningTo signals: Registration) async -> Int32 {
        guard var running else { return 0 }
        certificateWatch?.cancel()
        state.beginStopping()
        // What we bound closes when the last worker stops accepting: clients are refused instead of kept
        // waiting.
        running.listeners.adopt([])
        self.running = running
        // Handlers of a reload under way may have been started.
        let snapshots = [reload?.swap.new.snapshot, running.snapshot].compactMap(\.self)
        reload = nil
        notifier.stopping(status: "Stopping")
        logger.notice("Stopping.", metadata: ["event": "stopping"])
        let finished = Flag()
        let handle = signals.handle
        let server = running.server
        Task(executorPreference: parts.control) {
            await server.drain()
            for snapshot in snapshots { await snapshot.stop() }
            finished.set()
            handle.interrupt()
        }
        let deadline = MonotonicInstant.current() + running.settings.server[ServerKeys.drainTimeout]
        while !finished.isSet {
            let now = MonotonicInstant.current()
            guard now < deadline else { break }
            notifier.extendTimeout(.seconds(10))
            notifier.status("Stopping; waiting for \(running.server.openConnections) connections")
            let outcome = await signals.wait(for: .read, until: min(deadline, now + .seconds(2)))
            if outcome == .ready, takeSignals().contains(where: { $0 == .terminate || $0 == .interrupt }) {
                logger.warning("Stopped at once by a second signal.")
                return 1
            }
        }
        if !finished.isSet { await cut(server, finished, signals) }
        guard finished.isSet else {
            // To wait for its thread would be to wait for ever.
            logger.error("A handler did not let its worker stop, or did not stop itself.")
            return 1
        }
        server.stop()
        state.end()
        return 0
    }

    private func cut(_ server: Server, _ finished: Flag, _ signals: Registration) async {
        logger.warning(
            "Requests were cut at the drain's deadline.",
            metadata: ["connections": "\(server.openConnections)"])
        server.cancel()
        let deadline = MonotonicInstant.current() + .seconds(2)
        while !finished.isSet, MonotonicInstant.current() < deadline {
            _ = await signals.wait(for: .read, until: deadline)
        }
    }
}

/// Whether the drain is over.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
