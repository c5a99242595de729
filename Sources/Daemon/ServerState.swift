// What the daemon knows of itself, for pages and for STATUS=. Read by any worker, written by the control thread.

import Glibc
import HandlerKit
import Server
import Supervision
import Synchronization
import SystemPackage
import TLS
import Threads

/// The running daemon as pages see it.
final class ServerState: ServerInspection {
    private struct Values {
        var server: Server?
        var workers = 0
        var generation = 0
        var isStopping = false
        var lastReload: ServerStatus.Reload?
        var listeners: [ServerStatus.Listener] = []
        var ticketKeys: TicketKeys
    }

    private let values: Mutex<Values>
    private let configurationFile: String?
    private let invocationID: String?
    private let started = monotonicSeconds()

    init(source: ConfigurationSource, environment: ServiceEnvironment, ticketKeys: TicketKeys) {
        values = Mutex(Values(ticketKeys: ticketKeys))
        configurationFile = source.path?.string
        invocationID = environment.invocationID
    }

    /// Notes that the server runs.
    func begin(_ server: Server, workers: Int) {
        values.withLock {
            $0.server = server
            $0.workers = workers
        }
    }

    /// Notes that the server is about to stop.
    func beginStopping() {
        values.withLock { $0.isStopping = true }
    }

    /// Notes that the server has stopped, and lets go of it: its handlers hold this.
    func end() {
        values.withLock { $0.server = nil }
    }

    /// Notes that a configuration came into force.
    func apply(generation: Int, listeners: [Listener], tls: TLSContext?) {
        values.withLock {
            if let tls { $0.ticketKeys = tls.ticketKeys }
            $0.generation = generation
            $0.listeners = listeners.map(\.status)
        }
    }

    /// Notes how a reload ended.
    func reloaded(isApplied: Bool, outcome: String) {
        let reload = ServerStatus.Reload(time: systemTime(), isApplied: isApplied, outcome: outcome)
        values.withLock { $0.lastReload = reload }
    }

    var status: ServerStatus {
        let values = values.withLock { $0 }
        var status = ServerStatus(
            version: Daemon.version, processID: getpid(), uptime: monotonicSeconds() - started,
            workers: values.workers, configurationFile: configurationFile, generation: values.generation,
            lastReload: values.lastReload, openConnections: values.server?.openConnections ?? 0,
            requests: values.server?.requests ?? 0, invocationID: invocationID, listeners: values.listeners,
            tlsLibrary: tlsLibrary, ticketKeyAge: values.ticketKeys.age.components.seconds)
        status.isStopping = values.isStopping
        return status
    }
}

private func monotonicSeconds() -> Int64 {
    Int64(MonotonicInstant.current().nanoseconds / 1_000_000_000)
}
