// What a TLS port does by the first byte: TLS, the redirect for plain HTTP, or nothing.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("The first byte on a TLS port", .timeLimit(.minutes(1)))
    struct FirstByteTests {
        @Test(
            "RFC 9110 §15.4.9: a method in plain gets the redirect, in whatever pieces it comes",
            arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get", "x"],
            [true, false])
        func redirect(method: String, inPieces: Bool) throws {
            let server = try PorticoProcess()
            let client = try RawClient(port: server.port(.tls))
            let request = "\(method) /echo?a=b HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 0\r\n\r\n"
            for piece in inPieces ? request.map(String.init) : [request] { try client.send(piece) }
            let response = try client.readResponse(toHEAD: method == "HEAD")
            #expect(response.status == 308)
            #expect(response["Location"] == "https://localhost:1/echo?a=b")
            #expect(try client.isClosedByServer())
        }

        @Test(
            "A method that is cut off gets a 408 when it stays, and nothing when it goes",
            arguments: ["GE", "PR"])
        func cut(beginning: String) throws {
            let server = try PorticoProcess(server: "header_timeout = 300ms\nhandshake_timeout = 600ms")
            let gone = try RawClient(port: server.port(.tls))
            try gone.send(beginning)
            gone.finishSending()
            #expect(try gone.isClosedByServer())
            let staying = try RawClient(port: server.port(.tls))
            try staying.send(beginning)
            // What may become "PROXY" is no request yet.
            if beginning == "GE" { #expect(try staying.readResponse().status == 408) }
            #expect(try staying.isClosedByServer())
        }

        @Test("A client that says nothing is cut at handshake_timeout, with one line")
        func silent() throws {
            let server = try PorticoProcess(server: "handshake_timeout = 300ms")
            #expect(try RawClient(port: server.port(.tls)).isClosedByServer())
            try server.log.wait(containing: "A TLS handshake failed.", "timedOut")
        }

        @Test(
            "What is neither a ClientHello nor a method is closed at once, without a byte",
            arguments: [
                [0x00], [0x0D, 0x0A], [0x15, 3, 3, 0, 2, 2, 40], [0x17, 3, 3, 0, 0], [0x80, 0x2E, 1], [0xFF],
            ])
        func other(bytes: [UInt8]) throws {
            let server = try PorticoProcess()
            let client = try RawClient(port: server.port(.tls))
            try client.send(bytes)
            #expect(try client.isClosedByServer())
            try server.log.wait(containing: "A connection was refused.", "neither TLS nor HTTP")
        }

        @Test("RFC 9113 §3.3: HTTP/2 in plain gets the redirect in HTTP/2, and nothing else")
        func http2() throws {
            let server = try PorticoProcess()
            let url = server.url("/echo?text=h2", .tls).replacing("https:", with: "http:")
            let options = [
                "curl", "-sS", "--noproxy", "*", "--http2-prior-knowledge", "--cacert",
                server.authority.string,
            ]
            let answer = try run(options + ["-i", url])
            #expect(answer.output.hasPrefix("HTTP/2 308"), "\(answer.output)\(answer.error)")
            #expect(answer.output.contains("location: https://localhost:\(server.port(.tls))/echo?text=h2"))
            let followed = try run(options + ["-L", url])
            #expect(followed.output == "You submitted text = h2\n", "\(followed.error)")
        }
    }
}
