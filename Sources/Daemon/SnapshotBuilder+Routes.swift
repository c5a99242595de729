// From the handlers' sections to routes: each module's handler, and around it what any handler may have.

import Configuration
import HandlerKit
import Logging
import Middleware
import Reactor
import Server
import SystemPackage

extension SnapshotBuilder {
    /// The routes of all sections that have no errors.
    func makeRoutes(into diagnostics: inout [Diagnostic]) -> [Route] {
        settings.handlers.compactMap { handler in
            var logger = logger
            logger[metadataKey: "handler"] = "\(handler.section.argument ?? "/")"
            let context = ModuleContext(
                mount: handler.prefix, logger: logger, blocking: blocking, server: server,
                sleep: Reactor.sleepOnCurrent(for:))
            do throws(ConfigurationFailure) {
                let made = try handler.module.make(handler.section, context)
                return Route(
                    host: handler.host, prefix: handler.prefix,
                    handler: try wrapped(made, handler.section, context, into: &diagnostics),
                    bodyLimit: handler.bodyLimit)
            } catch {
                diagnostics += error.diagnostics
                return nil
            }
        }
    }

    /// The handler behind all that its section puts in front of it, what is asked first outermost.
    private func wrapped(
        _ handler: any Handler, _ section: Section, _ context: ModuleContext,
        into diagnostics: inout [Diagnostic]
    ) throws(ConfigurationFailure) -> any Handler {
        var handler = FaultyHandler.around(handler, section, context)
        if let source = section.optional(HandlerKeys.auth) {
            let location = section.location(of: HandlerKeys.auth)
            warnOfPlainListeners(at: location, into: &diagnostics)
            guard let file = identities.file(source, at: location, into: &diagnostics) else {
                // Never without the password, whatever was told of the file already.
                throw ConfigurationFailure([.error(at: location, "there is no file of passwords")])
            }
            handler = try PasswordGuard.around(handler, section, file: file, context)
        }
        return AddressGuard.around(handler, section)
    }

    private func warnOfPlainListeners(at location: SourceLocation, into diagnostics: inout [Diagnostic]) {
        for entry in settings.listenEntries where !entry.rules.isTLS {
            diagnostics.append(
                .warning(at: location, "passwords go over '\(entry.address)' of \(entry.key) without TLS"))
        }
    }
}

extension HandlerSection {
    /// nil for the server's own limit.
    fileprivate var bodyLimit: UInt64? {
        guard section.isSet(HandlerKeys.bodyBytes) else { return nil }
        return (section.optional(HandlerKeys.bodyBytes) ?? nil).map(UInt64.init) ?? .max
    }
}
