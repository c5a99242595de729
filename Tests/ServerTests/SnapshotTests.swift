import Configuration
import HTTPTypes
import HandlerKit
import Server
import Synchronization
import Testing

/// Notes what is done to it.
private final class Recorder: LifecycleHandler {
    struct Refusal: Error {}

    let log: Log
    let name: String
    let fails: Bool

    init(_ name: String, _ log: Log, fails: Bool = false) {
        self.name = name
        self.log = log
        self.fails = fails
    }

    func respond(to request: Request) async throws -> Response { Response() }

    func start() async throws {
        log.add("start \(name)")
        if fails { throw Refusal() }
    }

    func stop() async { log.add("stop \(name)") }
}

/// Lines in the order in which they came, and a way to wait for one.
private final class Log: Sendable {
    private struct State {
        var lines: [String] = []
        var waiting: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }
    private let state = Mutex(State())

    var lines: [String] { state.withLock { $0.lines } }

    func add(_ line: String) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.lines.append(line)
            guard let waiting = state.waiting, state.lines.count >= waiting.count else { return nil }
            state.waiting = nil
            return waiting.continuation
        }
        waiting?.resume()
    }

    func wait(forLines count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.lines.count >= count { return true }
                state.waiting = (count, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}

private struct NoPage: ProblemPage {
    func response(for problem: Problem, to fields: HTTPFields) -> Response { Response(problem.status) }
}

private func snapshot(_ handlers: [Recorder]) throws -> Snapshot {
    let routes = handlers.map {
        Route(host: nil, prefix: "/\($0.name)", handler: $0, bodyLimit: nil)
    }
    return Snapshot(
        generation: 1, routes: RouteTable(routes),
        limits: ServerLimits(try Section(parsing: "", keys: ServerKeys.schema.keys)), tls: nil,
        problemPage: NoPage(),
        accessLog: nil, serverField: nil)
}

@Suite("The life cycle of handlers", .timeLimit(.minutes(1)))
struct SnapshotTests {
    @Test("Handlers stop in the opposite order when the last one who uses the snapshot lets it go")
    func replaced() async throws {
        let log = Log()
        var current: Snapshot? = try snapshot([Recorder("a", log), Recorder("b", log)])
        try await current?.start()
        #expect(log.lines == ["start a", "start b"])
        current = nil
        await log.wait(forLines: 4)
        #expect(log.lines.suffix(2) == ["stop b", "stop a"])
    }

    @Test("With other certificates the handlers are the same: started once, stopped with the last snapshot")
    func renewed() async throws {
        let log = Log()
        var first: Snapshot? = try snapshot([Recorder("a", log)])
        try await first?.start()
        var second = first.map { Snapshot($0, generation: 2, tls: nil) }
        try await second?.start()
        first = nil
        #expect(second?.generation == 2)
        #expect(log.lines == ["start a"])
        second = nil
        await log.wait(forLines: 2)
        #expect(log.lines == ["start a", "stop a"])
    }

    @Test("A stop that was waited for is the only one")
    func stopped() async throws {
        let log = Log()
        var current: Snapshot? = try snapshot([Recorder("a", log)])
        try await current?.start()
        await current?.stop()
        await current?.stop()
        current = nil
        #expect(log.lines == ["start a", "stop a"])
    }

    @Test("When a handler can't start, it and those before it are stopped, and nothing is later")
    func failedStart() async throws {
        let log = Log()
        var current: Snapshot? = try snapshot([Recorder("a", log), Recorder("b", log, fails: true)])
        await #expect(throws: Recorder.Refusal.self) { try await current?.start() }
        current = nil
        #expect(log.lines == ["start a", "start b", "stop b", "stop a"])
    }

    @Test("A snapshot that never started, as for a check, stops nothing")
    func neverStarted() throws {
        let log = Log()
        _ = try snapshot([Recorder("a", log)])
        #expect(log.lines.isEmpty)
    }
}
