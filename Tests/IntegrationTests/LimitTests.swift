// Each limit by its key: what a client gets when it goes past it, and that others notice nothing.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Limits", .timeLimit(.minutes(1)))
    struct LimitTests {
        @Test(
            "RFC 9110 §15.5.9: header_timeout; a head that doesn't come is a 408",
            arguments: Transport.http1)
        func headerTimeout(transport: Transport) throws {
            let server = try PorticoProcess(server: "header_timeout = 300ms")
            let client = try RawClient(server, transport)
            try client.send("GET / HTTP/1.1\r\nHost:")
            #expect(try client.readResponse().status == 408)
            #expect(try client.isClosedByServer())
        }

        @Test("body_timeout and body_rate: a body that stalls is a 408", arguments: Transport.http1)
        func bodyStall(transport: Transport) throws {
            let server = try PorticoProcess(server: "body_timeout = 300ms\nbody_rate = 100000")
            let client = try RawClient(server, transport)
            try client.send(HTTP1Tests.post("Content-Length: 100\r\n") + "text=")
            let response = try client.readResponse()
            #expect(response.status == 408)
            #expect(response["Connection"] == "close")
            #expect(try client.isClosedByServer())
        }

        @Test("RFC 9110 §15.5.14: body_bytes by Content-Length is a 413", arguments: Transport.allCases)
        func bodyLength(transport: Transport) throws {
            let server = try PorticoProcess(server: "", Self.smallBody)
            let client = try RawClient(server, transport)
            let fits = try client.exchange(HTTP1Tests.post("Content-Length: 10\r\n") + "text=12345")
            #expect(fits.status == 200)
            let response = try client.exchange(HTTP1Tests.post("Content-Length: 11\r\n") + "text=123456")
            #expect(response.status == 413)
            guard transport != .http2 else { return }
            #expect(response["Connection"] == "close")
            #expect(try client.isClosedByServer())
        }

        @Test("body_bytes counts chunks too", arguments: Transport.allCases)
        func bodyChunks(transport: Transport) throws {
            let server = try PorticoProcess(server: "", Self.smallBody)
            let client = try RawClient(server, transport)
            let request = HTTP1Tests.post("Transfer-Encoding: chunked\r\n")
            #expect(try client.exchange(request + "a\r\ntext=12345\r\n0\r\n\r\n").status == 200)
            let response = try client.exchange(request + "5\r\ntext=\r\n6\r\n123456\r\n0\r\n\r\n")
            #expect(response.status == 413)
            #expect(try transport == .http2 || client.isClosedByServer())
        }

        @Test("RFC 9110 §10.1.1: a body that is too large is not invited", arguments: Transport.allCases)
        func bodyExpected(transport: Transport) throws {
            let server = try PorticoProcess(server: "", Self.smallBody)
            let client = try RawClient(server, transport)
            let response = try client.exchange(
                HTTP1Tests.post("Content-Length: 11\r\nExpect: 100-continue\r\n"))
            #expect(response.status == 413)
            #expect(try transport == .http2 || client.isClosedByServer())
        }

        @Test("The server's body_bytes holds where a handler has none of its own")
        func serverBodyBytes() throws {
            let server = try PorticoProcess(server: "body_bytes = 10")
            let client = try RawClient(server)
            let request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n12345678901"
            #expect(try client.exchange(request).status == 413)
        }

        @Test("RFC 9112 §3: request_line_bytes is a 414", arguments: Transport.http1)
        func requestLine(transport: Transport) throws {
            let server = try PorticoProcess(server: "request_line_bytes = 100")
            let client = try RawClient(server, transport)
            let fits = "/" + String(repeating: "a", count: 100 - "GET / HTTP/1.1".utf8.count)
            #expect(try client.exchange("GET \(fits) HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            #expect(try client.exchange("GET \(fits)a HTTP/1.1\r\nHost: a\r\n\r\n").status == 414)
            #expect(try client.isClosedByServer())
        }

        @Test("RFC 6585 §5: header_bytes and header_fields are a 431", arguments: Transport.http1)
        func headerFields(transport: Transport) throws {
            let server = try PorticoProcess(server: "header_bytes = 2K\nheader_fields = 10")
            let client = try RawClient(server, transport)
            let nine = (1...9).map { "X-\($0): a\r\n" }.joined()
            #expect(try client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\(nine)\r\n").status == 200)
            #expect(try client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\(nine)X-10: a\r\n\r\n").status == 431)
            #expect(try client.isClosedByServer())
            let large = try RawClient(server, transport)
            let value = String(repeating: "a", count: 2048)
            #expect(try large.exchange("GET / HTTP/1.1\r\nHost: a\r\nX: \(value)\r\n\r\n").status == 431)
            #expect(try large.isClosedByServer())
        }

        @Test(
            "requests_per_connection: the last response says that it is the last",
            arguments: Transport.http1)
        func requestsPerConnection(transport: Transport) throws {
            let server = try PorticoProcess(server: "requests_per_connection = 2")
            let client = try RawClient(server, transport)
            let first = try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(first["Connection"] == nil)
            let second = try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(second.status == 200)
            #expect(second["Connection"] == "close")
            #expect(try client.isClosedByServer())
        }

        @Test("idle_timeout closes a connection that asks for nothing more", arguments: Transport.allCases)
        func idleTimeout(transport: Transport) throws {
            let server = try PorticoProcess(server: "idle_timeout = 300ms")
            let client = try RawClient(server, transport)
            #expect(try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            #expect(try client.isClosedByServer())
        }

        @Test("write_timeout cuts a client that takes nothing", arguments: Transport.http1)
        func writeTimeout(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.write("www/small", "")
            try folder.resize("www/large", to: 256 << 20)
            let server = try PorticoProcess(
                server: "write_timeout = 300ms\nworkers = 1", Configuration.files(folder["www"]), in: folder)
            let client = try RawClient(server, transport)
            try client.send("GET /files/large HTTP/1.1\r\nHost: a\r\n\r\n")
            try server.log.wait(containing: "A connection was cut.", "the client takes too little")
            #expect(try server.curl("/files/small").status == 0)
            #expect(try client.readToEnd().utf8.count < 256 << 20)
        }

        @Test(
            "connections_per_address: one more is a 503 that says when to try again",
            arguments: Transport.allCases)
        func connectionsPerAddress(transport: Transport) throws {
            let server = try PorticoProcess(server: "connections_per_address = 2")
            let admitted = try (1...2).map { _ in try RawClient(server, transport) }
            for client in admitted {
                #expect(try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            }
            let refused = try RawClient(server, transport)
            let response = try refused.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.status == 503)
            #expect(response["Retry-After"] != nil)
            #expect(try refused.isClosedByServer())
            #expect(try admitted[0].exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }

        @Test("connections: a new one waits in the backlog and is served when one ends")
        func connections() throws {
            let server = try PorticoProcess(server: "connections = 2\nworkers = 2")
            let first = try RawClient(server)
            let second = try RawClient(server)
            for client in [first, second] {
                #expect(try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            }
            let third = try RawClient(server)
            try third.send("GET /echo?text=third HTTP/1.1\r\nHost: a\r\n\r\n")
            // A request of another connection is answered after the third's has come: it was not overlooked.
            #expect(try first.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            #expect(!third.hasBytes)
            let last = try second.exchange("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(last.status == 200)
            #expect(try third.readResponse().body.contains("third"))
        }

        @Test("EMFILE pauses accepting; it goes on when descriptors are free again")
        func outOfDescriptors() throws {
            let server = try PorticoProcess(server: "workers = 1", launcher: ["prlimit", "--nofile=40:40"])
            var clients: [RawClient] = []
            for _ in 1...60 { clients.append(try RawClient(server)) }
            try server.log.wait(containing: "Accepting pauses")
            let waiting = clients.removeLast()
            try waiting.send("GET /echo?text=waited HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try clients[0].exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            #expect(!waiting.hasBytes)
            clients = []
            #expect(try waiting.readResponse().body.contains("waited"))
            #expect(try server.curl("/echo").status == 0)
        }

        static let smallBody = "[handler /echo]\nmodule = echo\nbody_bytes = 10\n"
    }
}
