// The life after the start: signals, reloads that are all or nothing, and what systemctl status shows.

import Configuration
import Logging
import Reactor
import Server
import Supervision
import SystemPackage

extension LifeCycle {
    private static let statusInterval: Duration = .seconds(5)

    func serve() async -> Int32 {
        let watchdog = startWatchdog()
        defer { watchdog?.cancel() }
        let registration: Registration
        do {
            registration = try parts.control.registerDescriptor(parts.signals.descriptor.rawValue)
        } catch {
            logger.critical("Signals can't be waited for.", metadata: ["error": "\(error)"])
            return 1
        }
        while true {
            let next = notifier.isSupervised ? ReactorInstant.current() + Self.statusInterval : .never
            switch await registration.wait(for: .read, until: next) {
            case .ready:
                for signal in takeSignals() {
                    switch signal {
                    case .hangUp: await reload()
                    case .terminate, .interrupt:
                        // A server that stops accepting can't answer itself, and nobody asks any more.
                        watchdog?.cancel()
                        return await stop(listeningTo: registration)
                    case .user1, .user2: logStatus()
                    }
                }
            case .timedOut: notifier.status(statusLine)
            case .interrupted: continue
            case .cancelled: return 1
            }
        }
    }

    func takeSignals() -> [Signal] {
        do throws(SupervisionError) {
            return try parts.signals.drain()
        } catch {
            logger.error("Signals can't be read.", metadata: ["error": "\(error)"])
            return []
        }
    }

    /// Builds a second configuration beside the first and swaps them, or leaves everything as it is.
    private func reload() async {
        guard let before = running else { return }
        notifier.reloading(status: "Reloading")
        do {
            let (after, report) = try await reloaded(before)
            running = after
            state.reloaded(isApplied: true, outcome: report)
            logger.notice(
                "The configuration was reloaded.",
                metadata: ["event": "reload-succeeded", "generation": "\(after.generation)", "changes": "\(report)"])
        } catch {
            let reasons = (error as? ConfigurationFailure)?.diagnostics ?? (error as? ListenFailure)?.diagnostics
            let summary = reasons.map { ConfigurationFailure($0).summary } ?? "\(error)"
            running?.note = "reload refused: \(summary)"
            state.reloaded(isApplied: false, outcome: summary)
            // Last, so that whoever acts on the log finds the state as it says.
            logRefusal(error, reasons)
        }
        notifier.ready(status: statusLine)
    }

    private func reloaded(_ before: Running) async throws -> (Running, report: String) {
        var diagnostics: [Diagnostic] = []
        guard let settings = parts.source.read(modules: parts.modules, into: &diagnostics),
            let built = builder(settings, before.blocking).build(
                generation: before.generation + 1, into: &diagnostics)
        else { throw ConfigurationFailure(diagnostics) }
        let planned = try plan(before.listeners, settings)
        try await built.snapshot.start()
        do {
            try await before.server.apply(built.snapshot, listeners: planned)
        } catch {
            // A worker that could not watch a new socket goes back with all others.
            try await before.server.apply(before.snapshot, listeners: before.listeners.listeners)
            throw error
        }
        log(diagnostics)
        parts.log.level.level = settings.logLevel
        var after = before
        after.settings = settings
        after.snapshot = built.snapshot
        after.listeners.adopt(planned)
        after.generation += 1
        after.note = nil
        state.apply(generation: after.generation, listeners: planned)
        tell(of: built.identities, isReload: true)
        logChanges(from: before.listeners.listeners, to: planned)
        return (after, "\(ConfigurationDifference(from: before.settings.sections, to: settings.sections))")
    }

    /// Logs why a reload was refused, each reason by itself.
    private func logRefusal(_ error: any Error, _ reasons: [Diagnostic]?) {
        var metadata: Logger.Metadata = [:]
        if reasons == nil { metadata["error"] = "\(error)" }
        logger.log(
            level: .error, event: .reloadRefused,
            "The reload was refused; the configuration before it stays in force.", metadata: metadata)
        log(reasons ?? [])
    }

    private func logChanges(from old: [Listener], to new: [Listener]) {
        for listener in new where !old.contains(where: { $0 === listener }) {
            logger.notice("Listening.", metadata: ["event": "listener-added", "address": "\(listener.address)"])
        }
        for listener in old where !new.contains(where: { $0 === listener }) {
            logger.notice(
                "No longer listening.", metadata: ["event": "listener-removed", "address": "\(listener.address)"])
        }
    }
}

