import Configuration
import Files
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Middleware

@Suite("Faults of a section")
struct FaultTests {
    private let clock = TestClock(seconds: 0)

    private func handler(_ text: String, around inner: any Handler = Inside()) throws -> any Handler {
        FaultyHandler.around(inner, try section(text), .forTesting(clock: clock))
    }

    private var elapsed: Duration { .seconds(clock.now.seconds) + .nanoseconds(clock.now.nanoseconds) }

    @Test(
        "A section without faults has the handler itself",
        arguments: ["", "fault.seed = 7", "fault.reset = 0%"])
    func nothing(text: String) throws {
        #expect(try handler(text) is Inside)
    }

    @Test("fault.delay holds each answer back, fault.jitter lets the time stray by as much at most")
    func delay() async throws {
        let late = try handler("fault.delay = 1500ms")
        #expect(try await respond(late, to: .make()).text == "inside")
        #expect(elapsed == .milliseconds(1500))
        let plan = try #require(
            FaultPlan(try section("fault.delay = 1s\nfault.jitter = 200ms\nfault.seed = 1")))
        let delays = (0..<500).map { plan.faults(ofRequest: $0).delay / .milliseconds(1) }
        #expect(delays.allSatisfy { (800...1200).contains($0) })
        #expect(delays.min().map { $0 < 850 } == true && delays.max().map { $0 > 1150 } == true)
    }

    @Test("fault.status answers in place of the handler, as often as its percentage says")
    func status() async throws {
        let always = try handler("fault.status = 503")
        let answer = try await respond(always, to: .make())
        #expect(answer.status == .serviceUnavailable)
        #expect((answer.failure as? HandlerFailure)?.cause is InjectedFault)
        let some = try handler("fault.status = 429 10%\nfault.seed = 1")
        var failed = 0
        for _ in 1...1000 where try await respond(some, to: .make()).status == .tooManyRequests {
            failed += 1
        }
        #expect((70...130).contains(failed))
    }

    static let keys = """
        fault.delay = 1s 30%
        fault.jitter = 1s
        fault.status = 503 20%
        fault.truncate = 3 40%
        fault.reset = 10%
        """

    @Test("The same seed gives the same faults to the same requests, another seed others")
    func seeds() throws {
        func faults(_ seed: String) throws -> [Faults] {
            let plan = try #require(FaultPlan(try section(Self.keys + "\nfault.seed = \(seed)")))
            return (0..<200).map(plan.faults(ofRequest:))
        }
        #expect(try faults("42") == faults("42"))
        #expect(try faults("42") != faults("43"))
        let random = try (FaultPlan(section(Self.keys)), FaultPlan(section(Self.keys)))
        #expect(random.0?.seed != random.1?.seed)
    }

    @Test("One key's chance doesn't change what another gives")
    func independent() throws {
        func resets(_ more: String) throws -> [Bool] {
            let plan = try #require(FaultPlan(try section("fault.reset = 50%\nfault.seed = 9\n\(more)")))
            return (0..<100).map { plan.faults(ofRequest: $0).resets }
        }
        #expect(try resets("") == resets("fault.status = 500 50%\nfault.truncate = 1 50%"))
    }

    @Test("fault.reset is an error that the server answers with a reset")
    func reset() async throws {
        let answer = try await respond(try handler("fault.reset = 100%"), to: .make())
        #expect(answer.failure as? InjectedFault == .reset)
    }

    /// The same text as each kind of body.
    static let kinds = ["bytes", "stream", "pieces", "file"]
    static let text = String(repeating: "0123456789", count: 10)

    private func body(_ kind: String, _ folder: TemporaryFolder) throws -> @Sendable () -> ResponseBody {
        try folder.write(Self.text, to: "text")
        let region = FileRegion(try OpenFile(folder["text"]), offset: 0, length: 100)
        let bytes = Array(Self.text.utf8)
        return {
            switch kind {
            case "bytes": .bytes(bytes)
            case "pieces":
                .pieces([.bytes(Array(bytes[..<30])), .file(FileRegion(region.file, offset: 30, length: 70))])
            case "file": .file(region)
            default:
                .stream(length: 100) { writer in
                    for start in stride(from: 0, to: 100, by: 25) {
                        try await writer.write(Array(bytes[start..<start + 25]))
                    }
                    return [.date: "after"]
                }
            }
        }
    }

    @Test("fault.rate ends what comes of a file that is written to meanwhile")
    func rewrittenFile() async throws {
        let folder = try TemporaryFolder()
        try folder.write("one", to: "file")
        let region = FileRegion(try OpenFile(folder["file"]), length: 3)
        try folder.write("three", to: "file")
        let slow = try handler("fault.rate = 40", around: Inside(make: { .file(region) }))
        await #expect(throws: FileFailure.self) { try await respond(slow, to: .make()) }
    }

    @Test("fault.rate sends a body whole, in the time that it says", arguments: kinds)
    func rate(kind: String) async throws {
        let inner = Inside(make: try body(kind, TemporaryFolder()))
        let answer = try await respond(try handler("fault.rate = 40", around: inner), to: .make())
        #expect(answer.text == Self.text)
        #expect(answer.length == 100)
        #expect(elapsed == .milliseconds(2500))
        #expect((answer.trailers?[.date] == "after") == (kind == "stream"))
    }

    @Test(
        "fault.truncate ends a body with an error after so many bytes, and leaves a shorter one alone",
        arguments: kinds)
    func truncate(kind: String) async throws {
        let inner = Inside(make: try body(kind, TemporaryFolder()))
        await #expect(throws: InjectedFault.truncated) {
            try await respond(try self.handler("fault.truncate = 33", around: inner), to: .make())
        }
        let whole = try await respond(try handler("fault.truncate = 100", around: inner), to: .make())
        #expect(whole.text == Self.text)
        let head = try await respond(try handler("fault.truncate = 1", around: inner), to: .make(.head))
        #expect(head.length == 100)
    }

    @Test("A request notes what is done to it, up to what ends it")
    func notes() async throws {
        let request = try Request.make()
        _ = try await respond(
            try handler("fault.delay = 20ms\nfault.status = 500\nfault.rate = 5"), to: request)
        #expect(request.notes?.faults == ["delay 20.0 ms", "status 500"])
    }

    @Test(
        "What is no chance is an error where it stands",
        arguments: [
            ("fault.status = 200", "below the bounds"), ("fault.status = 503 110%", "is not a percentage"),
            ("fault.status = 10%", "is not an integer"), ("fault.reset = 5", "is not a percentage"),
            ("fault.delay = 2h", "above the bounds"), ("fault.rate = 0", "below the bounds"),
        ])
    func mistakes(text: String, message: String) {
        let failure = #expect(throws: ConfigurationFailure.self) { try section(text) }
        #expect(failure?.description.contains(message) == true, "\(failure.debugDescription)")
    }
}
