// Handlers made of a section's text, as the daemon makes them of a file.

import Configuration
import HandlerKit
import Logging
import SystemPackage
import Threads

/// Makes a handler of a module as the configuration file would.
///
/// ```swift
/// let handler = try make(handler: .files, "root = \(folder.path)\nlisting = no")
/// ```
///
/// - Parameters:
///   - section: The lines of the `[handler …]` section without the keys that every handler has.
///   - context: What the server offers to the handler.
/// - Throws: ``Configuration/ConfigurationFailure`` with every error in the text.
public func make(
    handler module: ModuleDescriptor, _ section: String = "", context: ModuleContext = .forTesting()
) throws(ConfigurationFailure) -> any Handler {
    try module.make(
        try Section(parsing: section, name: "handler", argument: context.mount, keys: module.keys), context)
}

extension ModuleContext {
    /// A context with a logger that discards, a pool of two threads, a server that is ``TestServer``, and a clock that
    /// moves only when a handler sleeps.
    public static func forTesting(
        mount: String = "/", logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        server: any ServerInspection = TestServer(), clock: TestClock = TestClock()
    ) -> ModuleContext {
        ModuleContext(
            mount: mount, logger: logger, blocking: BlockingPool(threads: 2), server: server,
            now: { clock.now },
            sleep: { (duration) throws(CancellationError) in
                if Task.isCancelled { throw CancellationError() }
                clock.advance(by: duration)
            })
    }
}

/// A server that says of itself what a test wants.
public struct TestServer: ServerInspection {
    /// What it says.
    public var status: ServerStatus

    /// A server with one TLS listener that has run for an hour.
    public init(
        status: ServerStatus = ServerStatus(
            version: "1.2.3", processID: 4_711, uptime: 3_600, workers: 2,
            configurationFile: "/etc/portico/portico.conf", generation: 1, lastReload: nil,
            openConnections: 1,
            requests: 1, invocationID: nil,
            listeners: [
                ServerStatus.Listener(
                    name: "127.0.0.1:8443", address: "127.0.0.1:8443", isTLS: true, isActivated: false)
            ], tlsLibrary: "OpenSSL 3.0.0", ticketKeyAge: 60)
    ) {
        self.status = status
    }
}
