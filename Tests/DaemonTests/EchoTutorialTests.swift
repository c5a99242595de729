// The tests that docs/handlers.md explains; HandlersPageTests holds the page to this file.

import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import Modules
import Testing

@Suite("The tutorial of docs/handlers.md")
struct EchoTutorialTests {
    @Test("What was submitted is shown")
    func form() async throws {
        let echo = try make(handler: .echo)
        let request = try Request.make(
            .post, "/", fields: [.contentType: "application/x-www-form-urlencoded"], body: "text=hello")
        let response = try await respond(echo, to: request)
        #expect(response.status == .ok)
        #expect(response.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(response.text == "You submitted text = hello\n")
    }

    @Test("A form that is larger than its section allows is refused")
    func limit() async throws {
        let echo = try make(handler: .echo, "form_bytes = 4", context: .forTesting(mount: "/echo"))
        let request = try Request.make(
            .post, "/echo", fields: [.contentType: "application/x-www-form-urlencoded"], body: "text=hello",
            mount: "/echo")
        #expect(try await respond(echo, to: request).status == .contentTooLarge)
    }

    @Test("What a section may not say is told with its place")
    func mistake() {
        #expect { try make(handler: .echo, "form_bytes = many") } throws: { error in
            "\(error)".contains("1:14: error: ")
        }
    }

    @Test("A form that comes in two pieces is one")
    func pieces() async throws {
        let request = try Request.make(
            .post, "/", fields: [.contentType: "application/x-www-form-urlencoded"],
            chunks: [Array("text=hel".utf8), Array("lo".utf8)])
        #expect(try await respond(make(handler: .echo), to: request).text == "You submitted text = hello\n")
    }

    @Test("A client that goes away in the middle of its form gets nothing")
    func disconnect() async throws {
        let request = try Request.make(
            .post, "/", fields: [.contentType: "application/x-www-form-urlencoded"],
            chunks: [Array("text=hel".utf8)], failure: BodyFailure(.disconnected))
        let response = try await respond(make(handler: .echo), to: request)
        #expect(response.failure as? BodyFailure == BodyFailure(.disconnected))
    }

    @Test("A clock stands until it is moved")
    func clock() async throws {
        let clock = TestClock(seconds: 0)
        let time = try make(handler: .time, context: .forTesting(clock: clock))
        clock.advance(by: 60)
        let request = try Request.make(.get, "/?zone=UTC", fields: [.accept: "text/plain"])
        #expect(try await respond(time, to: request).text.contains("1970-01-01T00:01:00"))
    }

    @Test("A root that is gone with the test")
    func root() async throws {
        let folder = try TemporaryFolder()
        try folder.write("hello\n", to: "sub/page.txt")
        let files = try make(handler: .files, "root = \(folder.path)")
        let response = try await respond(files, to: .make(.get, "/sub/page.txt"))
        #expect(response.text == "hello\n")
        #expect(response.length == 6)
    }
}
