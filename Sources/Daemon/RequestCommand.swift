// `portico request`: one request to the handlers of a configuration, in this process.

import ArgumentParser
import Configuration
import HandlerKit
import Logging
import Reactor
import Server
import Supervision
import Synchronization
import SystemPackage
import Threads

/// `portico request`.
struct RequestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Ask the handlers of a configuration, without a daemon and without a socket.",
        usage: "portico request [-c FILE] [METHOD] PATH [-H FIELD]... [-d DATA]... [OPTION]...",
        discussion: """
            The response's body goes to standard output as it is. Routes, limits and error pages are the daemon's; \
            certificates are neither loaded nor asked for. What a handler writes is written. The options are some of \
            curl's.

            The exit status is 0, 22 with --fail for a status of 400 or more, 18 for a response that broke off.
            """)

    @OptionGroup var file: ConfigurationOption
    @Argument(
        help: ArgumentHelp(
            "GET, or POST with -d, if there is no METHOD. PATH is path and query, encoded, or a URL, whose host counts.",
            valueName: "METHOD> <PATH"))
    var words: [String]
    @Option(
        name: [.customShort("X"), .customLong("request")],
        help: ArgumentHelp("The method.", valueName: "METHOD"))
    var method: String?
    @Option(
        name: [.customShort("H"), .customLong("header")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A field, 'Name: value'; 'Name:' for none of that name, 'Name;' for an empty one.",
            valueName: "FIELD"))
    var fields: [String] = []
    @Option(
        name: .shortAndLong, parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Content, of a form unless -H says otherwise; @FILE for a file's without its line ends, @- for standard "
                + "input's. More than one are joined by &.", valueName: "DATA"))
    var data: [String] = []
    @Option(
        name: .customLong("data-binary"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("The same, and a file as it is.", valueName: "DATA"))
    var binary: [String] = []
    @Flag(name: .shortAndLong, help: "Print the response's head, too.")
    var include = false
    @Flag(name: [.customShort("I"), .customLong("head")], help: "Ask with HEAD, and print the head.")
    var head = false
    @Flag(
        name: .shortAndLong,
        help: "Print nothing of a response with a status of 400 or more, and exit with 22.")
    var fail = false
    @Option(
        help: ArgumentHelp(
            "The listener that it comes from, as the configuration names its address; the first one.",
            valueName: "ADDR"))
    var listener: String?
    @Option(help: ArgumentHelp("The client's address.", valueName: "ADDR"))
    var from = "127.0.0.1"

    func validate() throws {
        guard (1...2).contains(words.count) else {
            throw ValidationError("There is one PATH, and one METHOD.")
        }
    }

    func run() throws {
        let message: RequestMessage
        do throws(RequestMessage.Failure) { message = try makeMessage() } catch {
            throw ValidationError("\(error)")
        }
        let source = ConfigurationSource.file(file.filePath)
        var diagnostics: [Diagnostic] = []
        let settings = source.read(modules: ModuleCatalog.modules, into: &diagnostics)
        let log = try LoggingBackEnd.start(environment: ServiceEnvironment.current(), level: .warning)
        defer { log.close() }
        let logger = log.logger(label: "portico")
        let request = try settings.flatMap { try prepare($0, source, logger, into: &diagnostics) }
        for diagnostic in diagnostics.inOrderOfPlace { printError("\(diagnostic)") }
        guard let request, !diagnostics.hasErrors else { throw ExitStatus.configuration }
        let printer = ResponsePrinter(showsHead: include || head, showsBody: !head, hidesFailures: fail)
        let status = try request.run(message, printer)
        guard status == 0 else { throw ExitCode(status) }
    }

    private func makeMessage() throws(RequestMessage.Failure) -> RequestMessage {
        let target = words.last ?? ""
        guard ["/", "http://", "https://"].contains(where: target.hasPrefix) || target == "*" else {
            throw RequestMessage.Failure(description: "the path '\(target)' does not begin with a slash")
        }
        let word = words.count == 2 ? words.first : nil
        return try RequestMessage(
            method: method ?? word ?? (head ? "HEAD" : nil), target: target, lines: fields,
            body: try RequestMessage.content(data: data, binary: binary))
    }

    /// Builds the handlers; nil if there were errors.
    private func prepare(
        _ settings: Settings, _ source: ConfigurationSource, _ logger: Logger,
        into diagnostics: inout [Diagnostic]
    ) throws -> LocalRequest? {
        let entries = settings.listenEntries
        let entry = entries.first { listener == nil || $0.address.description == listener }
        if let listener, entry == nil {
            let known = entries.map(\.address.description).joined(separator: ", ")
            throw ValidationError("There is no listener '\(listener)'. There are: \(known).")
        }
        let blocking = BlockingPool(threads: settings.server[ServerKeys.blockingThreads])
        var builder = try SnapshotBuilder.withoutListeners(
            settings, source: source, logger: logger, blocking: blocking)
        builder.loadsCertificates = false
        guard let snapshot = builder.build(generation: 1, into: &diagnostics)?.snapshot else { return nil }
        let facts = ConnectionFacts(
            remote: Endpoint(host: from, port: 0), local: Endpoint(host: "127.0.0.1", port: 0), tls: nil,
            listener: entry?.address.description ?? "", worker: 0)
        return LocalRequest(
            snapshot: snapshot, isSecure: entry?.rules.isTLS ?? false, facts: facts, blocking: blocking,
            logger: logger)
    }
}

/// A request that is about to be made in this process.
private struct LocalRequest {
    let snapshot: Snapshot
    let isSecure: Bool
    let facts: ConnectionFacts
    let blocking: BlockingPool
    let logger: Logger

    private final class Result: Sendable {
        let status = Atomic<Int32>(1)
    }

    /// Makes it on this thread.
    ///
    /// - Returns: the exit status, curl's where it has one.
    func run(_ message: RequestMessage, _ printer: ResponsePrinter) throws -> Int32 {
        let reactor = try Reactor(name: "request")
        let result = Result()
        Task(executorPreference: reactor) {
            do {
                try await snapshot.start()
                let outcome = await ask(message, printer, on: reactor)
                await snapshot.stop()
                result.status.store(printer.exitStatus(outcome), ordering: .relaxed)
            } catch {
                logger.critical("A handler could not start.", metadata: ["error": "\(error)"])
            }
            reactor.stop()
        }
        reactor.run()
        return result.status.load(ordering: .relaxed)
    }

    private func ask(
        _ message: RequestMessage, _ printer: ResponsePrinter, on reactor: Reactor
    ) async -> LocalClient.Outcome {
        let client = LocalClient(
            of: snapshot, on: reactor, isSecure: isSecure, facts: facts, blocking: blocking, logger: logger,
            receive: printer.print)
        return await client.ask(message.head, body: message.body)
    }
}

/// Writes a response to standard output, as much of it as is wanted.
private struct ResponsePrinter: Sendable {
    let showsHead: Bool
    let showsBody: Bool
    /// Whether nothing is shown of a status of 400 or more.
    let hidesFailures: Bool

    func print(_ part: LocalClient.Part, status: Int) throws {
        guard !isHidden(status) else { return }
        switch part {
        case .head(let bytes): if showsHead { try FileDescriptor.standardOutput.writeAll(bytes) }
        case .body(let bytes): if showsBody { try FileDescriptor.standardOutput.writeAll(bytes) }
        }
    }

    private func isHidden(_ status: Int) -> Bool { hidesFailures && status >= 400 }

    func exitStatus(_ outcome: LocalClient.Outcome) -> Int32 {
        switch outcome {
        case .complete(let status) where isHidden(status):
            printError("portico: the response has status \(status)")
            return 22
        case .complete: return 0
        case .cut:
            printError("portico: the response broke off")
            return 18
        case .none:
            printError("portico: there is no response, since the request's content is shorter than it says")
            return 18
        }
    }
}
