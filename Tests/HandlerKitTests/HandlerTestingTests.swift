import Files
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

/// Answers, or fails, as it was told.
private struct Scripted: Handler {
    var methods: [HTTPRequest.Method] = [.get, .head]
    var bodyLimit: UInt64?
    let answer: @Sendable () throws -> Response

    func respond(to request: Request) async throws -> Response { try answer() }
}

@Suite("HandlerTesting applies the server's rules")
struct HandlerTestingTests {
    private let hello = Scripted { .text("hello") }

    @Test("RFC 9110 §15.5.6: a method that is not served is a 405 with Allow")
    func methodNotAllowed() async throws {
        let response = try await respond(hello, to: .make(.post))
        #expect(response.status == .methodNotAllowed)
        #expect(response.fields[.allow] == "GET, HEAD, OPTIONS")
    }

    @Test("RFC 9110 §9.3.7: OPTIONS is answered with Allow")
    func options() async throws {
        let response = try await respond(hello, to: .make(.options))
        #expect(response.status == .ok)
        #expect(response.fields[.allow] == "GET, HEAD, OPTIONS")
    }

    @Test("RFC 9110 §9.3.2: HEAD has the length of GET and no body")
    func head() async throws {
        let response = try await respond(hello, to: .make(.head))
        #expect(response.length == 5)
        #expect(response.body.isEmpty)
    }

    @Test("RFC 9110 §9.1: HEAD is taken where GET is, and Allow says so")
    func headWithGet() async throws {
        let handler = Scripted(methods: [.get, .post]) { .text("hello") }
        #expect(try await respond(handler, to: .make(.head)).status == .ok)
        #expect(try await respond(handler, to: .make(.put)).fields[.allow] == "GET, HEAD, POST, OPTIONS")
    }

    @Test("A declared body above the handler's limit is a 413, before the handler is asked")
    func bodyLimit() async throws {
        let handler = Scripted(methods: [.post], bodyLimit: 3) { .text("asked") }
        #expect(try await respond(handler, to: .make(.post, body: "four")).status == .contentTooLarge)
        #expect(try await respond(handler, to: .make(.post, body: "3by")).text == "asked")
    }

    @Test("A HandlerFailure is its status and fields; its cause stays inside")
    func failure() async throws {
        let handler = Scripted {
            throw HandlerFailure(
                .gone, "Too late.", fields: [.retryAfter: "never"], cause: BodyFailure(.timedOut))
        }
        let response = try await respond(handler, to: .make())
        #expect(response.status == .gone)
        #expect(response.text == "Too late.\n")
        #expect(response.fields[.retryAfter] == "never")
        #expect(response.failure is HandlerFailure)
    }

    @Test(
        "A BodyFailure is the status that fits",
        arguments: [(BodyFailure.Code.tooLarge, 413), (.timedOut, 408), (.malformed, 400)])
    func bodyFailure(_ code: BodyFailure.Code, _ status: Int) async throws {
        let handler = Scripted { throw BodyFailure(code) }
        #expect(try await respond(handler, to: .make()).status.code == status)
    }

    @Test(
        "A file's part arrives whole; of one that was written to or cut since it was opened, nothing passes for it"
    )
    func fileParts() async throws {
        let folder = try TemporaryFolder()
        try folder.write("before the change", to: "file")
        let whole = Scripted { [path = folder["file"]] in
            Response(
                body: .pieces([.bytes([0x3C]), .file(FileRegion(try OpenFile(path), offset: 7, length: 10))]))
        }
        #expect(try await respond(whole, to: .make()).text == "<the change")
        for rewritten in ["behind this change", "short"] {
            let file = try OpenFile(folder["file"])
            let changed = Scripted { Response(body: .file(FileRegion(file, length: 17))) }
            try folder.write(rewritten, to: "file")
            await #expect(throws: FileFailure.self) { try await respond(changed, to: .make()) }
        }
        let file = try OpenFile(folder["file"])
        let tooLong = Scripted { Response(body: .file(FileRegion(file, length: 6))) }
        await #expect(throws: FileFailure.self) { try await respond(tooLong, to: .make()) }
    }

    @Test("Any other error is a 500 that says nothing of it")
    func otherErrors() async throws {
        struct Secret: Error {}
        let response = try await respond(Scripted { throw Secret() }, to: .make())
        #expect(response.status == .internalServerError)
        #expect(!response.text.contains("Secret"))
        #expect(response.failure is Secret)
    }

    @Test("Streams are collected, with their trailers")
    func streams() async throws {
        let handler = Scripted {
            Response(
                body: .stream(length: nil) { writer in
                    try await writer.write("a")
                    try await writer.write([0x62])
                    return [.retryAfter: "1"]
                })
        }
        let response = try await respond(handler, to: .make())
        #expect(response.text == "ab")
        #expect(response.trailers == [.retryAfter: "1"])
        #expect(response.length == nil)
    }

    @Test("A stream that is not as long as it said aborts")
    func wrongLength() async throws {
        let handler = Scripted { Response(body: .stream(length: 2) { _ in nil }) }
        await #expect(throws: BodyFailure.self) { try await respond(handler, to: .make()) }
    }
}

@Suite("TestClock")
struct TestClockTests {
    @Test("A handler that sleeps moves the clock, and waits for nothing")
    func sleeps() async throws {
        let clock = TestClock(seconds: 10, nanoseconds: 900_000_000)
        let context = ModuleContext.forTesting(clock: clock)
        try await context.sleep(.milliseconds(1_250))
        #expect(context.now() == TimeOfDay(seconds: 12, nanoseconds: 150_000_000))
    }
}
