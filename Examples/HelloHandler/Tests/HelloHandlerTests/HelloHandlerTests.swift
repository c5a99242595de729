import HandlerKit
import HandlerTesting
import HelloHandler
import Testing

@Suite("The module hello")
struct HelloHandlerTests {
    @Test("It greets whom the path names")
    func name() async throws {
        let handler = try make(handler: .hello, context: .forTesting(mount: "/hello"))
        let response = try await respond(handler, to: .make(.get, "/hello/Ada%20L", mount: "/hello"))
        #expect(response.text == "Hello, Ada L!\n")
    }

    @Test("It greets who asks where the path names nobody")
    func client() async throws {
        let connection = ConnectionFacts.forTesting(remote: Endpoint(host: "192.0.2.7", port: 50_000))
        let response = try await respond(make(handler: .hello), to: .make(connection: connection))
        #expect(response.text == "Hello, 192.0.2.7!\n")
    }

    @Test("It greets in the section's words")
    func greeting() async throws {
        let response = try await respond(
            make(handler: .hello, "greeting = Good day"), to: .make(.get, "/Ada"))
        #expect(response.text == "Good day, Ada!\n")
    }

    @Test("POST is not for it")
    func post() async throws {
        #expect(try await respond(make(handler: .hello), to: .make(.post)).status == .methodNotAllowed)
    }
}
