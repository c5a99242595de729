// ChildProgram: another program that is run to its end, for commands; the daemon itself runs none.

// For the constants of socketpair(2), which its headers own in Swift's eyes
import CSystemd
import Glibc
import SystemPackage

/// A program of this system.
package struct ChildProgram: Sendable {
    /// How a program ended.
    package struct Outcome: Sendable {
        /// The exit status, or 128 and the signal's number as a shell has it.
        package let status: Int32
        /// What it wrote to standard output and standard error.
        package let output: String
    }

    /// The program's file.
    package let file: FilePath

    package init(file: FilePath) { self.file = file }

    /// Looks a program up in the folders of `path`, and then where administrators have theirs, which users often
    /// leave out of `PATH`.
    package init?(named name: String, path: String?) {
        let folders =
            (path ?? "").split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin", "/usr/bin", "/bin"]
        let files = folders.filter { $0.hasPrefix("/") }.map { FilePath($0).appending(name) }
        guard let file = files.first(where: { unsafe access($0.string, X_OK) == 0 }) else { return nil }
        self.file = file
    }

    /// Runs the program with the environment of this process and waits for its end.
    ///
    /// - Parameter input: what it reads; no more than a socket's buffer holds (some 200 KiB), since it is written first.
    package func run(_ arguments: [String], input: [UInt8] = []) throws(SupervisionError) -> Outcome {
        let inputs = try Pair()
        var outputs = try Pair()
        let child = try spawn([file.string] + arguments, input: inputs.theirs, output: outputs.theirs)
        inputs.send(input)
        outputs.closeTheirs()
        let output = outputs.receiveAll()
        var status: CInt = 0
        while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
        let ended = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        return Outcome(status: ended, output: output)
    }

    private func spawn(_ arguments: [String], input: CInt, output: CInt) throws(SupervisionError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (stream, descriptor) in [(0, input), (1, output), (2, output)] as [(CInt, CInt)] {
            unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, stream)
        }
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var child: pid_t = 0
        let result = unsafe posix_spawn(&child, file.string, &actions, nil, &words, environ)
        guard result == 0 else {
            throw SupervisionError(.program, errno: Errno(rawValue: result), context: "starting \(file)")
        }
        return child
    }
}

/// The two ends of a stream to or from a child, closed with their owner.
private struct Pair: ~Copyable {
    let ours: CInt
    /// -1 once closed.
    private(set) var theirs: CInt

    init() throws(SupervisionError) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw SupervisionError(.program, errno: Errno(rawValue: errno), context: "making a socket pair")
        }
        (ours, theirs) = (ends[0], ends[1])
    }

    deinit { for descriptor in [ours, theirs] where descriptor >= 0 { _ = close(descriptor) } }

    /// Lets the child's end be the child's alone, so that its closing is seen here.
    mutating func closeTheirs() {
        _ = close(theirs)
        // Closed twice, the number might be another thread's by then.
        theirs = -1
    }

    /// Sends all and the end. A child that has gone reads nothing, and its status tells why.
    func send(_ bytes: [UInt8]) {
        _ = unsafe Glibc.send(ours, bytes, bytes.count, CInt(MSG_NOSIGNAL))
        shutdown(ours, CInt(SHUT_WR))
    }

    func receiveAll() -> String {
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(ours, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += chunk[..<count]
        }
    }
}
