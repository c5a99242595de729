// Runs real clients and tools as child processes, each bounded by timeout(1).
import Glibc
import HandlerTesting
import SystemPackage

/// How a child ended, and what it wrote to both its outputs.
struct ChildResult {
    let status: CInt
    let output: String
}

/// A program that runs beside the test.
struct ChildProcess {
    private let identifier: pid_t
    private let output: FilePath
    private let folder: TemporaryFolder

    /// Starts `arguments` (found by PATH) with `input` on its standard input.
    init(_ arguments: [String], input: String = "") throws {
        folder = try TemporaryFolder()
        output = folder.path.appending("output")
        let inputFile = try folder.write("input", Array(input.utf8))
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, inputFile.string, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output.string, O_WRONLY | O_CREAT, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let all = ["timeout", "20"] + arguments
        var strings = unsafe all.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe strings.indices { unsafe free(strings[index]) } }
        var child: pid_t = 0
        let result = unsafe posix_spawnp(&child, "timeout", &actions, nil, &strings, environ)
        guard result == 0 else { throw Errno(rawValue: result) }
        identifier = child
    }

    /// Whether it has ended; it can still be waited for.
    var hasEnded: Bool {
        var information = unsafe siginfo_t()
        let result = unsafe waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT)
        return unsafe result == 0 && information.si_signo != 0
    }

    func wait() throws -> ChildResult {
        var status: CInt = 0
        while unsafe waitpid(identifier, &status, 0) < 0 {
            guard errno == EINTR else { throw Errno(rawValue: errno) }
        }
        let code = status & 0x7f == 0 ? (status >> 8) & 0xff : -1
        return ChildResult(status: code, output: String(decoding: try folder.read("output"), as: UTF8.self))
    }
}

func run(_ arguments: String..., input: String = "") throws -> ChildResult {
    try run(arguments, input: input)
}

func run(_ arguments: [String], input: String = "") throws -> ChildResult {
    try ChildProcess(arguments, input: input).wait()
}
