// The end of a connection: the response arrives whole whatever the client goes on sending, and that has bounds.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Closing", .timeLimit(.minutes(1)))
    struct ClosingTests {
        @Test("RFC 9112 §9.6: requests after one with Connection: close don't cost the client its response")
        func pipelined() throws {
            let folder = try TemporaryFolder()
            let size = 16 << 20
            try folder.resize("www/large", to: Int64(size))
            let server = try PorticoProcess(Configuration.files(folder["www"]), in: folder)
            let client = try RawClient(server, receiveBuffer: 4096)
            let unread = String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 2000)
            try client.send("GET /files/large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + unread)
            let response = try client.readResponse()
            #expect(response["Connection"] == "close")
            #expect(response.body.utf8.count == size)
        }

        @Test(
            "RFC 9112 §9.6: a client that is refused and goes on sending reads the answer, and no reset",
            arguments: [
                ("POST /echo HTTP/1.1\r\nHost: a b\r\nContent-Length: 700000\r\n\r\n", 400),
                ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
                ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
                ("PUT /echo/get HTTP/1.1\r\nHost: a\r\nContent-Length: 700000\r\n\r\n", 405),
                ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
            ], Transport.http1)
        func refused(refusal: (head: String, status: Int), transport: Transport) throws {
            let server = try PorticoProcess(server: "workers = 1")
            let script = """
                import socket, ssl, sys
                client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
                if sys.argv[2]:
                    context = ssl.create_default_context(cafile=sys.argv[2])
                    client = context.wrap_socket(client, server_hostname="localhost")
                client.sendall(sys.stdin.buffer.read())
                for _ in range(80):
                    client.sendall(bytes(8192))
                answer = b""
                while more := client.recv(65536):
                    answer += more
                head, body = answer.split(b"\\r\\n\\r\\n", 1)
                length = next(line for line in head.lower().split(b"\\r\\n") if line.startswith(b"content-length:"))
                print(head.decode().split()[1], int(length[15:]) - len(body))
                """
            let authority = transport == .tls ? server.authority.string : ""
            let result = try run(
                "python3", "-c", script, "\(server.port(transport))", authority, input: refusal.head)
            #expect(result.output == "\(refusal.status) 0\n", "\(result.error)")
        }

        @Test(
            "RFC 8446 §6.1: a client that has ended its side reads all that the server still sends",
            // What the kernel takes at once, and what it does not.
            arguments: [64 << 10, 16 << 20])
        func halfClosed(size: Int) throws {
            let folder = try TemporaryFolder()
            try folder.resize("www/large", to: Int64(size))
            let server = try PorticoProcess(Configuration.files(folder["www"]), in: folder)
            let result = try run(
                "python3", Scripts.path("half_close.py"), "\(server.port(.tls))", server.authority.string,
                "/files/large", "\(size)")
            #expect(result.status == 0, "\(result.output)\(result.error)")
        }

        @Test("RFC 9112 §2.2: an empty line after a body is no beginning of a request that is late")
        func emptyLine() throws {
            let server = try PorticoProcess(server: "header_timeout = 100ms\nidle_timeout = 1s")
            let client = try RawClient(server)
            try client.send(HTTP1Tests.post("Content-Length: 5\r\n") + "text=\r\n")
            #expect(try client.readResponse().status == 200)
            #expect(try client.isClosedByServer())
        }

        @Test("A client that never stops sending is left, and doesn't keep others waiting")
        func endless() throws {
            let server = try PorticoProcess(server: "workers = 1")
            let script = """
                import socket, ssl, sys
                context = ssl.create_default_context(cafile=sys.argv[2])
                plain = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
                client = context.wrap_socket(plain, server_hostname="localhost")
                client.sendall(b"POST /echo HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1000000000000\\r\\n\\r\\n")
                piece, sent = bytes(1 << 18), 0
                try:
                    while sent < 1 << 30:
                        client.sendall(piece)
                        sent += len(piece)
                except OSError:
                    pass
                print(sent)
                """
            let result = try run("python3", "-c", script, "\(server.port(.tls))", server.authority.string)
            let sent = try #require(Int(result.output.split(separator: "\n").first ?? ""))
            #expect(sent < 64 << 20)
        }
    }
}
