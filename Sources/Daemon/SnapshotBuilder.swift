// From settings to a snapshot: certificates loaded, handlers made, all before anything is swapped.

import Configuration
import HandlerKit
import Logging
import Modules
import Server
import Supervision
import SystemPackage
import TLS
import Threads

/// Builds everything that a configuration needs to serve.
struct SnapshotBuilder {
    let settings: Settings
    var identities: IdentityLoader
    let logger: Logger
    let accessLog: AccessLog?
    let blocking: BlockingPool
    let server: any ServerInspection
    let ticketKeys: TicketKeys
    /// Whether certificates are loaded, if a listener speaks TLS.
    var loadsCertificates = true

    /// A finished snapshot, and the certificates in it; nil without TLS.
    struct Result {
        let snapshot: Snapshot
        let identities: IdentityLoader.Identities?
    }

    /// Builds the snapshot; nil when there was an error, here or before.
    func build(generation: Int, into diagnostics: inout [Diagnostic]) -> Result? {
        var routes = makeRoutes(into: &diagnostics)
        let keepsRecords = routes.contains { $0.handler.wantsHandshake }
        let (tls, loaded) = makeContext(keepsRecords: keepsRecords, into: &diagnostics)
        let problemPage = makeProblemPage(into: &diagnostics)
        let requestLog = makeRequestLog(into: &diagnostics)
        if let authority = loaded?.authority { routes += makeDownloads(authority, into: &diagnostics) }
        guard !diagnostics.hasErrors else { return nil }
        let snapshot = Snapshot(
            generation: generation, routes: RouteTable(routes),
            limits: ServerLimits(settings.server, http2: settings.http2), tls: tls,
            problemPage: problemPage, accessLog: requestLog, serverField: serverField)
        return Result(snapshot: snapshot, identities: loaded)
    }

    /// Loads the certificates that were given anew for a snapshot in force, whose local authority stays; nil when there
    /// was an error.
    func renew(
        _ snapshot: Snapshot, authority: CertificateAuthority?, generation: Int,
        into diagnostics: inout [Diagnostic]
    ) -> Result? {
        var builder = self
        builder.identities.authoritySource = .inForce(authority)
        let keepsRecords = snapshot.tls?.keepsRecords == true
        let (tls, loaded) = builder.makeContext(keepsRecords: keepsRecords, into: &diagnostics)
        guard !diagnostics.hasErrors else { return nil }
        return Result(
            snapshot: Snapshot(snapshot, generation: generation, tls: tls), identities: loaded)
    }

    /// The files that certificates come from, as they are now.
    var certificateFiles: CertificateFiles { identities.files(of: settings.tls) }

    private func makeContext(
        keepsRecords: Bool, into diagnostics: inout [Diagnostic]
    ) -> (TLSContext?, IdentityLoader.Identities?) {
        guard speaksTLS, loadsCertificates else { return (nil, nil) }
        var identities = identities
        // For a configuration that will not come into force
        if diagnostics.hasErrors { identities.mayWrite = false }
        let loaded = identities.load(settings.tls, into: &diagnostics)
        return (
            contextBuilder(identities, keepsRecords: keepsRecords)?.build(loaded, into: &diagnostics), loaded
        )
    }

    /// Builds everything and throws it away, for what there is to say about it.
    ///
    /// Nothing is bound: a daemon that runs has its addresses, and only it knows what systemd handed over.
    func check(into diagnostics: inout [Diagnostic]) {
        var none: [String] = []
        ListenerSet(adopting: [], problems: &none)
            .reportRepeatedAddresses(settings, asksResolver: false, into: &diagnostics)
        _ = build(generation: 0, into: &diagnostics)
    }

    private var speaksTLS: Bool { settings.listenEntries.contains(where: \.rules.isTLS) }

    private func makeRequestLog(into diagnostics: inout [Diagnostic]) -> AccessRecorder? {
        let server = settings.server
        let format = AccessFormat(server[ServerKeys.accessLogFormat])
        let place = server[ServerKeys.accessLog]
        if place == .journal || place == .none, server.isSet(ServerKeys.accessLogFormat) {
            diagnostics.append(
                .warning(
                    at: server.location(of: ServerKeys.accessLogFormat),
                    "access_log.format is for a file or stderr, and 'access_log' is neither"))
        }
        switch place {
        case .none: return nil
        case .journal: return accessLog.map { AccessRecorder(log: $0) }
        case .standardError:
            return accessLog.map {
                AccessRecorder(log: $0.writing(to: AccessFile(standardErrorIn: format)))
            }
        case .file(let path):
            do throws(SupervisionError) {
                // For a configuration that is only checked
                guard let accessLog, !diagnostics.hasErrors else {
                    try AccessFile.check(path)
                    return nil
                }
                return AccessRecorder(log: accessLog.writing(to: try AccessFile(path, format)))
            } catch {
                diagnostics.append(
                    .error(
                        at: server.location(of: ServerKeys.accessLog),
                        "the access log can't be opened: \(error)"))
                return nil
            }
        }
    }

    private var serverField: String? {
        let name = settings.server[ServerKeys.serverName]
        return switch settings.server[ServerKeys.serverField] {
        case .full: "\(name)/\(settings.server[ServerKeys.serverVersion] ?? Daemon.version)"
        case .name: name
        case .none: nil
        }
    }

    private func makeProblemPage(into diagnostics: inout [Diagnostic]) -> NegotiatedProblemPage {
        guard let file = settings.server.optional(ServerKeys.errorPage) else {
            return NegotiatedProblemPage()
        }
        do throws(ConfigurationFailure) {
            let location = settings.server.location(of: ServerKeys.errorPage)
            return NegotiatedProblemPage(try ProblemTemplate(file, namedAt: location))
        } catch {
            diagnostics += error.diagnostics
            return NegotiatedProblemPage()
        }
    }

    /// nil when `[tls]` itself has errors, which were told.
    private func contextBuilder(_ loader: IdentityLoader, keepsRecords: Bool) -> TLSContextBuilder? {
        guard settings.tls.first.map({ $0.argument == nil }) == true else { return nil }
        return TLSContextBuilder(
            sections: settings.tls, loader: loader, ticketKeys: ticketKeys,
            alpn: settings.http2[HTTP2Keys.enabled] ? ["h2", "http/1.1"] : ["http/1.1"],
            keepsRecords: keepsRecords, faults: settings.faults, onRefusal: tellRefusal)
    }

    /// The routes to what the authority publishes, unless handlers have their places.
    private func makeDownloads(
        _ authority: CertificateAuthority, into diagnostics: inout [Diagnostic]
    ) -> [Route] {
        guard let section = settings.tls.first else { return [] }
        let isForLoopbackOnly = section[TLSKeys.authorityDownload] == .loopback
        var handlers: [(path: String, handler: AuthorityHandler)] = []
        do throws(TLSFailure) {
            let certificate = try AuthorityHandler(
                authority.certificate, isForLoopbackOnly: isForLoopbackOnly)
            handlers.append((AuthorityHandler.certificatePath, certificate))
            if settings.faults.contains(.revoked) {
                let list = try authority.revocationList()
                // Not for a configuration that will not come into force.
                if identities.mayWrite, !diagnostics.hasErrors {
                    try authority.write(revocationList: list)
                }
                let handler = AuthorityHandler(revocationList: list, isForLoopbackOnly: isForLoopbackOnly)
                handlers.append((AuthorityHandler.revocationListPath, handler))
            }
        } catch {
            diagnostics.append(.error(at: section.location, "\(error)"))
        }
        guard section[TLSKeys.authorityDownload] != .none else { return [] }
        return handlers.filter { isFree($0.path) }.map {
            Route(host: nil, prefix: $0.path, handler: $0.handler, bodyLimit: 0)
        }
    }

    private func isFree(_ path: String) -> Bool {
        !settings.handlers.contains { $0.prefix == path && $0.host == nil }
    }

    private func tellRefusal(of name: String) {
        logger.notice(
            "The local authority may not sign for a name that a client asked for; it got the default certificate.",
            metadata: ["tls_sni": "\(name)"])
    }
}

extension SnapshotBuilder {
    /// A builder that makes nothing on the disk, for handlers that no listener serves.
    ///
    /// - Parameter outOfTime: how bad a certificate out of its time is.
    static func withoutListeners(
        _ settings: Settings, source: ConfigurationSource, outOfTime: Diagnostic.Severity = .error,
        logger: Logger = Logger(label: "portico") { _ in SwiftLogNoOpLogHandler() },
        blocking: BlockingPool = BlockingPool(threads: 1)
    ) throws -> SnapshotBuilder {
        let environment = ServiceEnvironment.current()
        let ticketKeys = try TicketKeys()
        return SnapshotBuilder(
            settings: settings,
            identities: IdentityLoader(
                environment: environment,
                stateFolder: settings.stateFolder(source: source, environment: environment),
                mayWrite: false, outOfTime: outOfTime),
            logger: logger, accessLog: nil, blocking: blocking,
            server: ServerState(source: source, environment: environment, ticketKeys: ticketKeys),
            ticketKeys: ticketKeys)
    }
}
