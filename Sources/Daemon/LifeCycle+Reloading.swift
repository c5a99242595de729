// The life after the start: signals, reloads that are all or nothing, and what systemctl status shows.

import Configuration
import Logging
import Reactor
import Server
import Sockets
import Supervision
import SystemPackage
import Threads

extension LifeCycle {
    private static let statusInterval: Duration = .seconds(5)
    /// How often certificates are looked at: a day has passed somewhere in between.
    private static let expiryInterval: Duration = .seconds(3600)

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
        watchCertificates(waking: registration.handle)
        while true {
            let next =
                MonotonicInstant.current()
                + (notifier.isSupervised ? Self.statusInterval : Self.expiryInterval)
            switch await registration.wait(for: .read, until: next) {
            case .ready:
                for signal in takeSignals() {
                    switch signal {
                    case .hangUp:
                        reopenAccessLog()
                        beginReload(.everything, waking: registration.handle)
                    case .terminate, .interrupt:
                        // A server that stops accepting can't answer itself, and nobody asks any more.
                        watchdog?.cancel()
                        return await stop(listeningTo: registration)
                    case .user1, .user2: logStatus()
                    }
                }
            case .timedOut:
                tellOfExpiry()
                if reload == nil { notifier.status(statusLine) }
            case .interrupted:
                finishReload(waking: registration.handle)
                if certificateChange.take() { beginReload(.certificates, waking: registration.handle) }
            case .cancelled: return 1
            }
        }
    }

    /// Whatever becomes of the reload: the file may have been rotated.
    private func reopenAccessLog() {
        accessFile?.reopen()
    }

    func takeSignals() -> [Signal] {
        do throws(SupervisionError) {
            return try parts.signals.drain()
        } catch {
            logger.error("Signals can't be read.", metadata: ["error": "\(error)"])
            return []
        }
    }

    /// Builds a second configuration beside the first and begins to swap them; a reload asked for meanwhile
    /// follows.
    private func beginReload(_ extent: Reload.Extent, waking loop: Registration.Handle) {
        if let reload {
            self.reload?.askedMeanwhile = max(reload.askedMeanwhile ?? extent, extent)
            return
        }
        guard let running else { return }
        notifier.reloading(status: "Reloading")
        do {
            let begun = try plannedReload(extent, from: running)
            reload = begun
            let swap = begun.swap
            Task(executorPreference: parts.control) {
                await swap.run()
                loop.interrupt()
            }
        } catch {
            refuseReload(error)
            notifier.ready(status: statusLine)
        }
    }

    /// Takes note of a swap that has ended, should that be why the loop was woken.
    private func finishReload(waking loop: Registration.Handle) {
        guard let ended = reload, let outcome = ended.swap.outcome else { return }
        reload = nil
        do {
            try outcome.get()
            takeUp(ended)
            watchCertificates(waking: loop)
        } catch {
            refuseReload(error)
        }
        notifier.ready(status: statusLine)
        if let extent = ended.askedMeanwhile { beginReload(extent, waking: loop) }
    }

    private func plannedReload(_ extent: Reload.Extent, from before: Running) throws -> Reload {
        var diagnostics: [Diagnostic] = []
        let read =
            extent == .certificates
            ? before.settings : parts.source.read(modules: parts.modules, into: &diagnostics)
        guard let settings = read else { throw ConfigurationFailure(diagnostics) }
        let builder = builder(settings, before.blocking)
        let files = builder.certificateFiles
        let generation = before.generation + 1
        let result =
            extent == .certificates
            ? builder.renew(
                before.snapshot, authority: before.authority, generation: generation, into: &diagnostics)
            : builder.build(generation: generation, into: &diagnostics)
        guard let built = result else { throw ConfigurationFailure(diagnostics) }
        let listeners = before.listeners.listeners
        return Reload(
            extent: extent, settings: settings, files: files, identities: built.identities,
            warnings: diagnostics,
            swap: Swap(
                of: before.server, from: Swap.Side(snapshot: before.snapshot, listeners: listeners),
                to: Swap.Side(
                    snapshot: built.snapshot,
                    listeners: extent == .certificates ? listeners : try plan(before.listeners, settings))))
    }

    /// Watches the certificates in force, if they are to be watched.
    private func watchCertificates(waking loop: Registration.Handle) {
        certificateWatch?.cancel()
        certificateWatch = nil
        guard let running, running.snapshot.tls != nil, running.settings.watchesCertificates else { return }
        let (change, logger) = (certificateChange, logger)
        let watch = CertificateWatch(files: running.files, control: parts.control) {
            change.note()
            loop.interrupt()
        } onFailure: { failures in
            for (folder, error) in failures {
                logger.warning(
                    "A folder on the way to certificates can't be watched.",
                    metadata: ["folder": "\(folder)", "error": "\(error)"])
            }
        }
        certificateWatch = Task(executorPreference: parts.control) {
            do {
                try await watch.run()
            } catch {
                logger.error("Certificates can't be watched.", metadata: ["error": "\(error)"])
            }
        }
    }

    private func takeUp(_ reload: Reload) {
        guard let before = running else { return }
        let planned = reload.swap.new.listeners
        log(reload.warnings)
        parts.log.level.level = reload.settings.logLevel
        var after = before
        after.settings = reload.settings
        after.snapshot = reload.swap.new.snapshot
        after.listeners.adopt(planned)
        after.generation += 1
        after.files = reload.files
        after.authority = reload.identities?.authority
        after.expiry = reload.identities?.expiry ?? CertificateExpiry()
        after.note = nil
        let accessFileBefore = accessFile
        running = after
        if let accessFileBefore, accessFileBefore !== accessFile {
            lostRecordsBefore += accessFileBefore.lostRecords
        }
        state.apply(
            generation: after.generation, listeners: planned, tls: after.snapshot.tls)
        // The next reload may ask for the same address at once. A socket may go on under another name.
        for listener in before.listeners.listeners
        where !planned.contains(where: { $0.socket === listener.socket }) {
            listener.socket.endListening()
        }
        if reload.extent == .everything { tell(of: reload.identities, isReload: true) }
        tellOfExpiry()
        logChanges(from: before.listeners.listeners, to: planned)
        let report =
            reload.extent == .certificates
            ? "certificates"
            : "\(ConfigurationDifference(from: before.settings.sections, to: reload.settings.sections))"
        state.reloaded(isApplied: true, outcome: report)
        logger.notice(
            "The configuration was reloaded.",
            metadata: [
                "event": "reload-succeeded", "generation": "\(after.generation)", "changes": "\(report)",
            ])
    }

    private func refuseReload(_ error: any Error) {
        let reasons = (error as? ConfigurationFailure)?.diagnostics ?? (error as? ListenFailure)?.diagnostics
        let summary = reasons.map { ConfigurationFailure($0).summary } ?? "\(error)"
        running?.note = "reload refused: \(summary)"
        state.reloaded(isApplied: false, outcome: summary)
        // Last, so that whoever acts on the log finds the state as it says.
        logRefusal(error, reasons)
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
        let added = new.filter { listener in !old.contains { $0 === listener } }
        for listener in added {
            logger.notice(
                "Listening.", metadata: ["event": "listener-added", "address": "\(listener.address)"])
        }
        tellOfFaults(of: added)
        for listener in old where !new.contains(where: { $0 === listener }) {
            logger.notice(
                "No longer listening.",
                metadata: ["event": "listener-removed", "address": "\(listener.address)"])
        }
    }
}
