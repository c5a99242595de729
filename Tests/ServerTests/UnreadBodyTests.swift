// What becomes of a body that its handler does not read.

import HTTPTypes
import HandlerKit
import Server
import Testing

/// Answers without a look at the body.
private struct Ignoring: Handler {
    let methods: [HTTPRequest.Method] = [.get, .post]

    func respond(to request: Request) async throws -> Response { .text("ignored") }
}

@Suite("RFC 9112 §6.3: bodies that nobody reads", .timeLimit(.minutes(1)))
struct UnreadBodyTests {
    private static func request(_ fields: String, method: String = "POST") -> String {
        "\(method) / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }
    private static let chunked = "Transfer-Encoding: chunked\r\n"
    private static let last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    @Test(
        "What came along is dropped, and the next request is found behind it",
        arguments: [
            ("Content-Length: 4\r\n", "text"), (chunked, "4;a=b\r\ntext\r\n0\r\nX: y\r\n\r\n"),
            ("Content-Length: 4\r\nExpect: 100-continue\r\n", "text"),
        ])
    func dropped(fields: String, body: String) async throws {
        let server = try await LocalServer(Ignoring())
        let client = try LocalClient(server)
        client.send(Self.request(fields) + body + Self.last)
        let text = String(decoding: client.readToEnd().bytes, as: UTF8.self)
        #expect(text.ranges(of: "HTTP/1.1 200 OK\r\n").count == 2)
        await server.stop()
        #expect(server.log.records.map(\.status) == [200, 200])
    }

    @Test(
        "One whose chunks are malformed makes the request malformed: 400, whatever the handler or the route said",
        arguments: [
            "x\r\n", "-1\r\n", "5\r\r;ABCD\r\n", "3\r\nabcX", "0\r\n X: y\r\n\r\n", "0\r\nHost: b\r\n\r\n",
        ], ["GET", "POST", "HEAD", "PUT"])
    func malformed(body: String, method: String) async throws {
        let server = try await LocalServer(Ignoring())
        let client = try LocalClient(server)
        client.send(Self.request(Self.chunked, method: method) + body + Self.last)
        let (bytes, isReset) = client.readToEnd()
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n") && text.contains("\r\nConnection: close\r\n"))
        #expect(text.ranges(of: "HTTP/1.1 ").count == 1 && !isReset)
        await server.stop()
        #expect(server.log.records.map(\.status) == [400])
    }

    @Test("One that is only incomplete is not waited for before the answer")
    func incomplete() async throws {
        let server = try await LocalServer(Ignoring())
        let client = try LocalClient(server)
        client.send(Self.request(Self.chunked) + "4\r\nte")
        #expect(client.read(through: "ignored").hasPrefix("HTTP/1.1 200 OK\r\n"))
        client.send("xt\r\n0\r\n\r\n" + Self.last)
        #expect(String(decoding: client.readToEnd().bytes, as: UTF8.self).hasPrefix("HTTP/1.1 200 OK\r\n"))
        await server.stop()
    }
}

@Suite("RFC 9110 §7.4: misdirected requests", .timeLimit(.minutes(1)))
struct MisdirectedRequestTests {
    @Test(
        "An https URI is not answered without TLS, an http URI is",
        arguments: [("https", 421), ("http", 200)])
    func scheme(scheme: String, status: Int) async throws {
        let server = try await LocalServer(Ignoring())
        let client = try LocalClient(server)
        client.send("GET \(scheme)://a/ HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 \(status) "))
        await server.stop()
    }
}
