// A worker that a handler holds: what waits for it must not keep the daemon from hearing signals.

import Glibc
import SystemPackage
import Testing

extension Integration {
    @Suite("A worker that hangs", .timeLimit(.minutes(1)), .enabled(if: FrozenThread.isPossible))
    struct HangingWorkerTests {
        @Test("A reload waits for it, signals don't: the status is told, and a stop begins at once")
        func stop() throws {
            let server = try PorticoProcess(server: "workers = 2\ndrain_timeout = 300ms")
            let frozen = try FrozenThread("worker-1", of: server)
            server.signal(SIGHUP)
            server.signal(SIGUSR1)
            try server.log.wait(containing: "Serving ", "connections")
            server.signal(SIGTERM)
            try server.log.wait(containing: "Stopping.")
            #expect(try server.waitForExit(seconds: 10) == 1)
            withExtendedLifetime(frozen) {}
        }

        @Test("A SIGHUP that comes while a reload is under way is not lost")
        func again() throws {
            let server = try PorticoProcess(server: "workers = 2")
            let frozen = try FrozenThread("worker-1", of: server)
            server.signal(SIGHUP)
            server.signal(SIGUSR1)
            let first = try server.log.wait(containing: "Serving ", "connections")
            server.signal(SIGHUP)
            server.signal(SIGUSR1)
            try server.log.wait(from: first + 1, containing: "Serving ", "connections")
            frozen.thaw()
            let second = try server.log.wait(containing: "configuration was reloaded", "generation=2")
            try server.log.wait(from: second, containing: "configuration was reloaded", "generation=3")
            #expect(try server.curl("/echo").status == 0)
        }

        @Test("A reload that ends during the stop opens nothing again")
        func late() throws {
            let server = try PorticoProcess(server: "workers = 2")
            let frozen = try FrozenThread("worker-0", of: server)
            server.signal(SIGHUP)
            server.signal(SIGUSR1)
            try server.log.wait(containing: "Serving ", "connections")
            server.signal(SIGTERM)
            try server.log.wait(containing: "Stopping.")
            frozen.thaw()
            #expect(try server.waitForExit(seconds: 10) == 0)
        }
    }
}

/// A thread of the daemon that stands still, as one does whose handler never returns.
private final class FrozenThread {
    private let tracer: ChildProcess

    /// Whether this process may trace another that isn't its child (Yama's ptrace_scope).
    static var isPossible: Bool {
        // Where the file isn't, nobody is kept from it.
        let scope = try? contents(of: "/proc/sys/kernel/yama/ptrace_scope")
        return geteuid() == 0 || scope == nil || scope == "0\n"
    }

    /// Stops a thread by its name; it goes on when the tracer ends.
    init(_ name: String, of server: PorticoProcess) throws {
        let file = try server.folder.write("tracer", "")
        let log = try GrowingLog(file)
        let null = try FileDescriptor.open(FilePath("/dev/null"), .readOnly, options: .closeOnExec)
        let output = try FileDescriptor.open(file, .writeOnly, options: [.append, .closeOnExec])
        defer { for descriptor in [null, output] { close(descriptor.rawValue) } }
        let script = Scripts.path("../System/freeze.py")
        tracer = try ChildProcess(
            ["python3", script, "\(server.identifier)", name], input: null, output: output, error: output)
        try log.wait(containing: "frozen")
    }

    func thaw() { tracer.signal(SIGKILL) }
}
