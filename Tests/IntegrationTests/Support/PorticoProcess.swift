// The daemon as users run it: the program, a file, signals, a log. It ends with its owner.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

/// A running `portico`.
final class PorticoProcess {
    /// The program under test: `PORTICO_BINARY`, else the one that was built beside the tests.
    static let binary: String = {
        if let named = unsafe getenv("PORTICO_BINARY") { return unsafe String(cString: named) }
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &path, path.count)
        let own = FilePath(
            String(decoding: path.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self))
        return own.removingLastComponent().appending("portico").string
    }()
    /// The daemon with the module `probe`, which was built beside the tests.
    static let probe = FilePath(binary).removingLastComponent().appending("portico-probe").string

    let folder: TemporaryFolder
    let log: GrowingLog
    private let child: ChildProcess
    private let output: FileDescriptor
    /// Where it listened first: host and port of each listener, TLS first.
    private(set) var addresses: [String] = []

    /// Starts the daemon and waits until it is ready.
    ///
    /// - Parameters:
    ///   - server: lines of `[server]` beside listeners and state, which are made up.
    ///   - sections: the other sections.
    ///   - launcher: a command that executes the rest of its arguments, such as prlimit(1).
    ///   - program: the daemon, ``binary`` or ``probe``.
    convenience init(
        server: String = "", _ sections: String = Configuration.handlers, launcher: [String] = [],
        program: String = binary, in folder: TemporaryFolder? = nil
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        let file = try folder.write(
            "portico.conf", Configuration.text(server: server, sections))
        try self.init(["run", "-c", file.string], launcher: launcher, program: program, in: folder)
        try waitUntilReady()
    }

    /// Starts the program with any arguments; nothing is waited for.
    init(
        _ arguments: [String], environment: [String: String] = [:], launcher: [String] = [],
        program: String = binary, in folder: TemporaryFolder
    ) throws {
        self.folder = folder
        let errors = try folder.write("stderr", "")
        log = try GrowingLog(errors)
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        output = FileDescriptor(rawValue: ends[0])
        let writer = FileDescriptor(rawValue: ends[1])
        let null = try FileDescriptor.open(FilePath("/dev/null"), .readOnly, options: .closeOnExec)
        let error = try FileDescriptor.open(errors, .writeOnly, options: [.append, .closeOnExec])
        defer { for descriptor in [writer, null, error] { Glibc.close(descriptor.rawValue) } }
        child = try ChildProcess(
            launcher + [program] + arguments, environment: environment, input: null, output: writer,
            error: error)
    }

    deinit { close(output.rawValue) }

    var identifier: pid_t { child.identifier }

    func waitUntilReady() throws {
        let ready = try log.wait(containing: "Ready.")
        addresses = listeners(in: log.lines[ready])
    }

    /// The addresses in a line that lists them.
    private func listeners(in line: String) -> [String] {
        guard let range = line.firstRange(of: "listeners=") else { return [] }
        return line[range.upperBound...].split { $0 == " " || $0 == "\"" }.prefix { $0.contains(":") }.map(
            String.init)
    }

    func port(_ transport: Transport) -> UInt16 {
        let address = addresses[transport == .plain ? addresses.count - 1 : 0]
        return address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
    }

    func signal(_ number: CInt) { child.signal(number) }

    /// Writes another configuration and sends SIGHUP.
    ///
    /// - Returns: the log line that tells how it ended.
    @discardableResult
    func reload(server: String = "", _ sections: String = Configuration.handlers) throws -> String {
        try folder.write("portico.conf", Configuration.text(server: server, sections))
        return try hangUp()
    }

    /// Sends SIGHUP and waits for the line that tells how the reload ended.
    @discardableResult
    func hangUp() throws -> String {
        try log.readLines()
        let start = log.lines.count
        signal(SIGHUP)
        let line = try log.wait(from: start, containing: " reload")
        return log.lines[line]
    }

    /// Reads all that has been logged until now: what SIGUSR1 asks for stands behind it.
    func readLog() throws {
        try log.readLines()
        let start = log.lines.count
        signal(SIGUSR1)
        try log.wait(from: start, containing: " connections, ")
    }

    /// Waits for the process to end; gives its exit status.
    func waitForExit(seconds: CInt = 30) throws -> CInt {
        _ = try readOutput(seconds: seconds)
        return child.wait()
    }

    /// Reads standard output until the process ends.
    func readOutput(seconds: CInt = 30) throws -> String {
        var text: [UInt8] = []
        while let more = try readSomeOutput(seconds: seconds) { text += more }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads some bytes of standard output; nil at its end.
    func readSomeOutput(seconds: CInt = 30) throws -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 4096)
        try wait(for: POLLIN, on: output.rawValue, seconds: seconds, "standard output of portico")
        let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe output.read(into: $0) }
        return count > 0 ? Array(chunk[..<count]) : nil
    }

    /// A number of /proc/PID/status, such as `VmHWM` in KiB.
    func status(_ field: String) throws -> Int {
        let text = try contents(of: FilePath("/proc/\(identifier)/status"))
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(field + ":") })
        return try #require(line.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) })
    }

    /// How much more memory it uses than before, in KiB, but for what a sanitizer may keep for itself.
    ///
    /// - Parameter field: `VmRSS` now, `VmHWM` at the most.
    func growth(of field: String, since before: Int) throws -> Int {
        let kept = unsafe getenv("PORTICO_SANITIZER_KIB").map { unsafe String(cString: $0) }
        return try status(field) - before - (kept.flatMap { Int($0) } ?? 0)
    }

    /// The time that it has had of the processors, in hundredths of a second.
    func processorTime() throws -> Int {
        let text = try contents(of: FilePath("/proc/\(identifier)/stat"))
        // The name, in brackets, may have spaces.
        let fields = try #require(text.split(separator: ")").last).split(separator: " ")
        return try #require(Int(fields[11])) + #require(Int(fields[12]))
    }

    /// How many descriptors are open in it.
    var descriptorCount: Int { names(in: descriptorFolder).count }

    /// How many of them are sockets: a sanitizer opens files of its own, now and then.
    var socketCount: Int {
        names(in: descriptorFolder).count { name in
            var target = [CChar](repeating: 0, count: 64)
            let count = unsafe readlink(descriptorFolder.appending(name).string, &target, target.count)
            return target.prefix(max(0, count)).starts(with: "socket:".utf8.map(CChar.init))
        }
    }

    private var descriptorFolder: FilePath { FilePath("/proc/\(identifier)/fd") }
}

/// Texts of configurations.
enum Configuration {
    /// One handler of each module; `/files` serves the folder `www`.
    static let handlers = """
        [handler /]
        module = diagnostics
        [handler /echo]
        module = echo
        """

    /// Those, and the module `probe`, which only ``PorticoProcess/probe`` has.
    static let probe = handlers + "\n[handler /probe]\nmodule = probe\n"

    /// A files handler on a folder.
    static func files(_ root: FilePath, at prefix: String = "/files") -> String {
        "\n[handler \(prefix)]\nmodule = files\nroot = \(root)\n"
    }

    static func text(server: String, _ sections: String) -> String {
        let listeners =
            server.contains("listen = ") ? "" : "listen = 127.0.0.1:0\nlisten_plain = 127.0.0.1:0\n"
        return "[server]\n\(listeners)state_directory = state\nlog_level = debug\n\(server)\n\(sections)\n"
    }
}
