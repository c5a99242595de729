// `portico run` and `portico serve`: the daemon in the foreground, with a file or without one.

import ArgumentParser
import Configuration
import Glibc
import HandlerKit
import Logging
import Reactor
import Sockets
import Supervision
import Synchronization
import SystemPackage
import TLS

/// `portico run`.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the daemon in the foreground.",
        discussion: "SIGHUP reloads the configuration, SIGTERM and SIGINT stop after what runs is answered.")

    @OptionGroup var file: ConfigurationOption

    func run() throws {
        let path = file.path
        try Foreground.run(.file(file.filePath)) { announcement in
            // The journal has it already, with fields.
            guard !ServiceEnvironment.current().isJournal(.standardOutput) else { return }
            guard let url = announcement.url, let curl = announcement.curl else { return }
            Foreground.print("Serving \(url)\nTry: \(curl)")
            let program = CommandLine.arguments[0]
            guard let trust = announcement.trust(program: program, configuration: path) else { return }
            Foreground.print("For browsers: \(trust)")
        }
    }
}

/// `portico serve`.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a folder over https, without a configuration file.",
        discussion: "The certificate is made on first use, by an authority kept in $XDG_DATA_HOME/portico.")

    @Argument(help: ArgumentHelp("The folder.", valueName: "DIR"))
    var folder = "."
    @Option(
        help: ArgumentHelp("Where to listen: host:port, [address]:port or unix:/path.", valueName: "ADDR"))
    var listen = "localhost:8443"

    func validate() throws {
        do throws(SocketFailure) { try SocketAddress.check(listen) } catch {
            throw ValidationError("--listen: \(error.context)")
        }
    }

    func run() throws {
        let sections = [
            // The announcement says what the lesser levels would.
            DocumentSection("server", values: ["listen": listen, "log_level": "warning"]),
            DocumentSection("handler", argument: "/", values: ["module": "files", "root": folder]),
        ]
        let folder = folder
        try Foreground.run(.sections(sections), level: .warning) { announcement in
            let authority = announcement.authority.map { ", trusted with \($0)" } ?? ""
            Foreground.print("Serving \(folder) at \(announcement.url ?? "a unix socket")\(authority)")
        }
    }
}

/// A process that is the daemon from here to its end.
enum Foreground {
    /// Runs a configuration until a signal ends it; ends the process at once when that was no ordered stop.
    ///
    /// - Throws: what kept it from beginning.
    static func run(
        _ source: ConfigurationSource, level: Logger.Level = .info,
        announce: @escaping @Sendable (Announcement) -> Void
    ) throws {
        // Before any thread is made: each inherits the blocked signals.
        let signals = try SignalStream()
        DescriptorLimit.raise()
        let environment = ServiceEnvironment.current()
        let log = try LoggingBackEnd.start(environment: environment, level: level)
        let control = try Reactor(name: "control")
        let modules = ModuleCatalog.modules
        let result = Result()
        let parts = LifeCycle.Parts(
            source: source, modules: modules, control: control, signals: signals, environment: environment,
            log: log,
            ticketKeys: try TicketKeys(), announce: announce)
        Task(executorPreference: control) {
            let daemon = LifeCycle(parts)
            result.status.store(await daemon.run(), ordering: .releasing)
            control.stop()
        }
        control.run()
        log.close()
        let code = result.status.load(ordering: .acquiring)
        // Workers may still run, and what exit(3) takes down under them, such as OpenSSL, is in use.
        guard code == 0 else { _exit(code) }
    }

    private final class Result: Sendable {
        let status = Atomic<Int32>(1)
    }

    /// Writes a line to standard output at once, whoever reads it.
    static func print(_ text: String) {
        // A closed standard output is no reason to stop serving.
        _ = try? FileDescriptor.standardOutput.writeAll((text + "\n").utf8)
    }
}
