// What the daemon says of itself: diagnostics with their places, the status line, the watchdog's proof of life.

import Configuration
import HandlerKit
import Logging
import Reactor
import Server
import Supervision
import SystemPackage
import TLS

extension LifeCycle {
    /// Where the authority is that clients must trust.
    func tell(of identities: IdentityLoader.Identities?, isReload: Bool = false) {
        if let authority = identities?.authority, authority.isNew || !isReload {
            var metadata: Logger.Metadata = [
                "certificate": "\(authority.certificatePath)", "sha256": "\(authority.facts.sha256)",
            ]
            if authority.isNew { metadata[EventKind.metadataKey] = "\(EventKind.authorityMade.rawValue)" }
            logger.log(
                level: authority.isNew ? .notice : .info,
                authority.isNew
                    ? "Made a local authority for clients to trust."
                    : "Clients must trust the local authority.",
                metadata: metadata)
        }
    }

    /// Logs which listeners have a fault: whoever meets one by mistake finds out here.
    func tellOfFaults(of listeners: [Listener]) {
        for listener in listeners {
            guard let fault = listener.rules.fault else { continue }
            logger.notice(
                "A listener has a fault on purpose.",
                metadata: ["address": "\(listener.address)", "fault": "\(fault.rawValue)"])
        }
    }

    /// Logs which certificates end soon or are out of their time: each time that there is something new to say, which is
    /// once a day.
    func tellOfExpiry() {
        let findings = running?.expiry.findings(at: systemTime()) ?? []
        let told = toldOfExpiry
        toldOfExpiry = Set(findings.map(\.description))
        for finding in findings where !told.contains(finding.description) {
            logger.log(
                level: finding.isOutOfTime ? .error : .warning, event: .certificateNearExpiry,
                "A certificate needs to be renewed.",
                metadata: [
                    "reason": "\(finding)",
                    "names": "\(finding.certificate.alternativeNames.joined(separator: " "))",
                ])
        }
    }

    /// Logs each diagnostic with its place, as fields too (`CONFIG_FILE=`, `CONFIG_LINE=`, as systemd does).
    func log(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics {
            logger.log(
                level: diagnostic.severity == .error ? .error : .warning, "\(diagnostic)",
                metadata: [
                    "config_file": "\(diagnostic.location.file)",
                    "config_line": "\(diagnostic.location.line)",
                ])
        }
    }

    /// The line of `STATUS=`: where, how much, and what is wrong.
    var statusLine: String {
        let status = state.status
        let serving =
            "Serving \(listenerNames); \(status.openConnections) connections, \(status.requests) requests"
        return (concerns + [serving]).joined(separator: "; ")
    }

    /// What an administrator should know first.
    private var concerns: [String] {
        guard let running else { return [] }
        let keyLog = running.snapshot.tls?.keyLogPath.map { "TLS secrets are written to \($0)" }
        let expiry = running.expiry.findings(at: systemTime()).first?.description
        return [running.note, keyLog, expiry, lostAccessRecords].compactMap(\.self)
    }

    private var lostAccessRecords: String? {
        let lost = lostRecordsBefore + (accessFile?.lostRecords ?? 0)
        return lost == 0 ? nil : "\(lost) records of the access log were lost"
    }

    /// The file of the access log; nil if it has none of its own.
    var accessFile: AccessFile? { (running?.snapshot.accessLog as? AccessRecorder)?.log.file }

    /// The addresses that are listened on.
    var listenerNames: String {
        state.status.listeners.map(\.address).joined(separator: " ")
    }

    func logStatus() {
        logger.notice("\(statusLine)")
    }

    /// Feeds systemd's watchdog, each time after every worker has answered a request.
    func startWatchdog() -> Task<Void, Never>? {
        guard let running, let interval = watchdogInterval() else { return nil }
        let (control, logger, notifier, server, state) =
            (parts.control, logger, notifier, running.server, state)
        return Task(executorPreference: control) {
            while !Task.isCancelled {
                do {
                    try await server.checkItself(from: control, within: interval)
                    notifier.watchdog()
                } catch {
                    if Task.isCancelled { return }
                    // Not fed: when the time is up, systemd acts as its unit says.
                    logger.error(
                        "The server did not answer itself.",
                        metadata: ["event": "self-check-failed", "error": "\(error)"])
                    notifier.status(
                        "The server does not answer itself: \(error); \(state.status.openConnections)")
                }
                // Twice as often as asked for: a check that takes its time is not to make the next one late.
                await control.sleep(for: interval / 2)
            }
        }
    }

    private func watchdogInterval() -> Duration? {
        do throws(SupervisionError) {
            return try Watchdog.interval()
        } catch {
            logger.warning("\(error)")
            return nil
        }
    }
}

/// Listeners that could not be made: no fault of the configuration's text.
struct ListenFailure: Error, CustomStringConvertible {
    let diagnostics: [Diagnostic]

    var description: String { ConfigurationFailure(diagnostics).description }
}

extension ConfigurationFailure {
    /// All errors on one line, for `STATUS=`.
    var summary: String {
        diagnostics.filter { $0.severity == .error }.map(\.description).joined(separator: "; ")
    }
}

extension Settings {
    /// Where certificates are kept.
    func stateFolder(source: ConfigurationSource, environment: ServiceEnvironment) -> FilePath {
        StateFolder.path(
            configured: server[ServerKeys.stateDirectory], configurationFile: source.path,
            environment: environment,
            variable: EnvironmentVariable.value(of:))
    }

    /// The least level of what is logged.
    var logLevel: Logger.Level {
        Logger.Level(rawValue: server[ServerKeys.logLevel].rawValue) ?? .info
    }
}
