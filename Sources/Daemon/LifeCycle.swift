// The daemon from its first line to its last: start, reload, stop, in the order of docs/architecture.md.

import Configuration
import Glibc
import HandlerKit
import Logging
import Reactor
import Server
import Supervision
import SystemPackage
import TLS
import Threads

/// A daemon in the foreground. It lives on the control reactor; no request ever does.
final class LifeCycle {
    /// What is there before the configuration is read.
    struct Parts: Sendable {
        let source: ConfigurationSource
        let modules: [ModuleDescriptor]
        let control: Reactor
        let signals: SignalStream
        let environment: ServiceEnvironment
        let log: LoggingBackEnd
        /// Kept over reloads, so that sessions resume after one.
        let ticketKeys: TicketKeys
        /// Called once when everything is up.
        let announce: @Sendable (Announcement) -> Void
    }

    /// What is there once the start succeeded.
    struct Running {
        let server: Server
        let blocking: BlockingPool
        var settings: Settings
        var snapshot: Snapshot
        var listeners: ListenerSet
        /// nil when no certificate is its own.
        var authority: CertificateAuthority?
        var expiry: CertificateExpiry
        var files: CertificateFiles
        var generation = 1
        /// One line about the last reload, as long as it matters.
        var note: String?
    }

    let parts: Parts
    let logger: Logger
    let notifier: ServiceNotifier
    let state: ServerState
    var running: Running?
    /// The reload under way.
    var reload: Reload?
    /// Records that files of the access log lost until a reload put others in their place.
    var lostRecordsBefore: UInt64 = 0
    /// Waits for changes of certificates, if the configuration wants it.
    var certificateWatch: Task<Void, Never>?
    let certificateChange = CertificateChange()
    /// What was logged of certificates that end.
    var toldOfExpiry: Set<String> = []

    init(_ parts: Parts) {
        self.parts = parts
        let logger = parts.log.logger(label: "portico")
        self.logger = logger
        notifier = ServiceNotifier(onFailure: { logger.warning("\($0)") })
        state = ServerState(
            source: parts.source, environment: parts.environment, ticketKeys: parts.ticketKeys)
    }

    /// Runs the daemon until a signal stops it.
    ///
    /// - Returns: the exit status: 0 after an ordered stop, 78 for the configuration, 1 for the rest.
    func run() async -> Int32 {
        logger.info(
            "Portico \(Daemon.version) starts.",
            metadata: ["event": "starting", "configuration": "\(parts.source.path?.string ?? "none")"])
        do {
            running = try await start()
        } catch let failure as ConfigurationFailure {
            log(failure.diagnostics)
            notifier.status("Refused: \(failure.summary)")
            return 78
        } catch let failure as ListenFailure {
            log(failure.diagnostics)
            notifier.status("The start failed: \(ConfigurationFailure(failure.diagnostics).summary)")
            return 1
        } catch {
            logger.critical("The start failed.", metadata: ["error": "\(error)"])
            notifier.status("The start failed: \(error)")
            return 1
        }
        tellOfExpiry()
        notifier.ready(status: statusLine)
        logger.notice("Ready.", metadata: ["event": "ready", "listeners": "\(listenerNames)"])
        return await serve()
    }

    private func start() async throws -> Running {
        var diagnostics: [Diagnostic] = []
        guard let settings = parts.source.read(modules: parts.modules, into: &diagnostics) else {
            throw ConfigurationFailure(diagnostics)
        }
        let blocking = BlockingPool(threads: settings.server[ServerKeys.blockingThreads])
        let builder = builder(settings, blocking)
        let files = builder.certificateFiles
        let built = builder.build(generation: 1, into: &diagnostics)
        guard let built else { throw ConfigurationFailure(diagnostics) }
        log(diagnostics)
        parts.log.level.level = settings.logLevel

        var problems: [String] = []
        var listeners = ListenerSet(adopting: try ActivatedSockets.take(), problems: &problems)
        for problem in problems { logger.warning("\(problem)") }
        listeners.adopt(try plan(listeners, settings))
        let workers = settings.server[ServerKeys.workers] ?? Thread.availableProcessors
        let server = try Server(
            workers: workers, snapshot: built.snapshot, blocking: blocking, logger: logger,
            checksItself: try Watchdog.interval() != nil)
        state.begin(server, workers: workers)
        try await built.snapshot.start()
        try await server.apply(built.snapshot, listeners: listeners.listeners)
        state.apply(generation: 1, listeners: listeners.listeners, tls: built.snapshot.tls)
        if !listeners.unused.isEmpty {
            logger.warning(
                "Sockets were handed over that no listener uses.", metadata: ["names": "\(listeners.unused)"])
        }
        tell(of: built.identities)
        tellOfFaults(of: listeners.listeners)
        parts.announce(
            Announcement(
                listeners: listeners.listeners, authority: built.identities?.authority?.certificatePath,
                isAuthorityNew: built.identities?.authority?.isNew ?? false))
        return Running(
            server: server, blocking: blocking, settings: settings, snapshot: built.snapshot,
            listeners: listeners, authority: built.identities?.authority,
            expiry: built.identities?.expiry ?? CertificateExpiry(), files: files)
    }

    func plan(_ listeners: ListenerSet, _ settings: Settings) throws -> [Listener] {
        var diagnostics: [Diagnostic] = []
        listeners.reportMissingNames(settings, into: &diagnostics)
        listeners.reportRepeatedAddresses(settings, into: &diagnostics)
        guard !diagnostics.hasErrors else { throw ConfigurationFailure(diagnostics) }
        let planned = listeners.planned(settings, into: &diagnostics)
        guard !diagnostics.hasErrors else { throw ListenFailure(diagnostics: diagnostics) }
        log(diagnostics)
        return planned
    }

    func builder(_ settings: Settings, _ blocking: BlockingPool) -> SnapshotBuilder {
        SnapshotBuilder(
            settings: settings,
            identities: IdentityLoader(
                environment: parts.environment,
                stateFolder: settings.stateFolder(source: parts.source, environment: parts.environment),
                mayWrite: true),
            logger: logger, accessLog: parts.log.accessLog, blocking: blocking, server: state,
            ticketKeys: parts.ticketKeys)
    }
}
