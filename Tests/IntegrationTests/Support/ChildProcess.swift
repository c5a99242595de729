// Programs beside the test. A child gets its three streams; all else that tests open is closed on exec.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

/// What a test waited for in vain.
struct Unfinished: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A program that was started, found by PATH.
final class ChildProcess {
    let identifier: pid_t
    private var status: CInt?

    /// Starts a program; the streams stay the caller's.
    init(
        _ arguments: [String], environment additions: [String: String] = [:], input: FileDescriptor,
        output: FileDescriptor, error: FileDescriptor
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (index, stream) in [input, output, error].enumerated() {
            unsafe posix_spawn_file_actions_adddup2(&actions, stream.rawValue, CInt(index))
        }
        // Swift's threads block most signals, and a child's timeout(1) would wait for its alarm in vain.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var variables = unsafe Self.environment(with: additions).map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe variables.indices { unsafe free(variables[index]) }
        }
        var child: pid_t = 0
        let result = unsafe posix_spawnp(
            &child, arguments[0], &actions, &attributes, &words, &variables)
        guard result == 0 else { throw Errno(rawValue: result) }
        identifier = child
    }

    deinit {
        if status == nil {
            signal(SIGKILL)
            _ = wait()
        }
    }

    private static func environment(with additions: [String: String]) -> [String] {
        var variables: [String] = []
        var next = unsafe environ
        while let variable = unsafe next.pointee {
            unsafe variables.append(String(cString: variable))
            unsafe next += 1
        }
        // What the surroundings of a test run set must not reach the daemon.
        let own =
            [
                "CREDENTIALS_DIRECTORY", "JOURNAL_STREAM", "NOTIFY_SOCKET", "SSLKEYLOGFILE",
                "STATE_DIRECTORY",
                "XDG_DATA_HOME",
            ] + additions.keys
        variables.removeAll { variable in own.contains { variable.hasPrefix($0 + "=") } }
        return variables + additions.map { "\($0)=\($1)" }
    }

    func signal(_ number: CInt) {
        if status == nil { kill(identifier, number) }
    }

    /// Waits for the end: the exit status, or 128 and the signal's number as a shell has it.
    func wait() -> CInt {
        if let status { return status }
        var value: CInt = 0
        while unsafe waitpid(identifier, &value, 0) < 0, errno == EINTR {}
        let ended = value & 0x7F == 0 ? (value >> 8) & 0xFF : 128 + (value & 0x7F)
        status = ended
        return ended
    }
}

/// How a program ended, and what it wrote.
struct ProgramResult {
    let status: CInt
    let output: String
    let error: String
}

/// A program whose outputs are kept in files, ended after 50 seconds at the latest.
final class Program {
    private let folder: TemporaryFolder
    private let child: ChildProcess
    private let check: (ProgramResult) -> Void

    /// Starts a program.
    ///
    /// - Parameter check: looks at how it ended.
    init(
        _ arguments: [String], input: String = "", environment: [String: String] = [:],
        check: @escaping (ProgramResult) -> Void = { _ in }
    ) throws {
        self.check = check
        folder = try TemporaryFolder()
        let streams = [
            try FileDescriptor.open(try folder.write("input", input), .readOnly, options: .closeOnExec),
            try FileDescriptor.open(try folder.write("output", ""), .writeOnly, options: .closeOnExec),
            try FileDescriptor.open(try folder.write("error", ""), .writeOnly, options: .closeOnExec),
        ]
        child = try ChildProcess(
            ["timeout", "50"] + arguments, environment: environment, input: streams[0], output: streams[1],
            error: streams[2])
        for stream in streams { try stream.close() }
    }

    /// Waits for a line on its standard error.
    func waitForError(containing text: String) throws {
        try GrowingLog(folder["error"]).wait(containing: text)
    }

    func finish() throws -> ProgramResult {
        let result = ProgramResult(
            status: child.wait(), output: try contents(of: folder["output"]),
            error: try contents(of: folder["error"]))
        check(result)
        return result
    }
}

/// Runs a program to its end.
func run(_ arguments: String..., input: String = "", environment: [String: String] = [:]) throws
    -> ProgramResult
{
    try run(arguments, input: input, environment: environment)
}

func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws
    -> ProgramResult
{
    try Program(arguments, input: input, environment: environment).finish()
}
