// RFC 9110 §10.1.1 where a handler reads the request while it writes its response.

import HTTPTypes
import HandlerKit
import Testing

/// Answers with what it is sent, while it is sent it.
private struct Mirror: Handler {
    let methods: [HTTPRequest.Method] = [.post]
    /// Whether it begins its answer before it reads.
    let speaksFirst: Bool

    func respond(to request: Request) async throws -> Response {
        let (body, speaksFirst) = (request.body, speaksFirst)
        return Response(
            body: .stream(length: nil) { writer in
                if speaksFirst { try await writer.write("first ") }
                while let bytes = try await body.next() { try await writer.write(bytes) }
                return nil
            })
    }
}

@Suite("RFC 9110 §10.1.1: 100 Continue and a response that is made on the way", .timeLimit(.minutes(1)))
struct ContinueTests {
    private static let request = """
        POST / HTTP/1.1\r
        Host: a\r
        Content-Length: 4\r
        Expect: 100-continue\r
        \r

        """

    @Test("A handler that reads in its response's closure invites the body before its response begins")
    func invited() async throws {
        let server = try await LocalServer(Mirror(speaksFirst: false))
        let client = try LocalClient(server)
        client.send(Self.request)
        #expect(client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        client.send("text")
        #expect(client.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(client.read(through: "0\r\n\r\n") == "4\r\ntext\r\n0\r\n\r\n")
        await server.stop()
    }

    @Test("A client whose content comes along is not invited")
    func unneeded() async throws {
        let server = try await LocalServer(Mirror(speaksFirst: false))
        let client = try LocalClient(server)
        client.send(Self.request + "text")
        #expect(client.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        await server.stop()
    }

    @Test("No invitation comes into the middle of a response")
    func tooLate() async throws {
        let server = try await LocalServer(Mirror(speaksFirst: true))
        let client = try LocalClient(server)
        client.send(Self.request)
        #expect(client.read(through: "first \r\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        client.send("text")
        #expect(client.read(through: "0\r\n\r\n") == "4\r\ntext\r\n0\r\n\r\n")
        await server.stop()
    }
}
