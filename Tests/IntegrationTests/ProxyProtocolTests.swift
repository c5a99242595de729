// The PROXY protocol (HAProxy's doc/proxy-protocol.txt): who may say it, what it changes, and real senders.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("The PROXY protocol", .timeLimit(.minutes(1)))
    struct ProxyProtocolTests {
        /// A TLS listener and a plain one that read headers of trusted peers.
        private func server(
            trusted: String = "127.0.0.1", _ server: String = ""
        ) throws -> PorticoProcess {
            try PorticoProcess(server: "listen = \n\(server)", Self.sections(trusted: trusted))
        }

        private static func sections(trusted: String) -> String {
            """
            [listen secure]
            address = 127.0.0.1:0
            proxy_protocol = on
            trusted = \(trusted)
            [listen plain]
            address = 127.0.0.1:0
            tls = no
            proxy_protocol = on
            trusted = \(trusted)
            \(Configuration.handlers)
            """
        }

        /// What diagnostics say of the client after a header.
        private func diagnose(_ server: PorticoProcess, after header: [UInt8]) throws -> String {
            let client = try RawClient(port: server.port(.plain))
            try client.send(header + Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            let response = try client.readResponse()
            #expect(response.status == 200)
            return response.body
        }

        static let signature: [UInt8] = [
            0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
        ]
        static let binary: [UInt8] =
            signature + [
                0x21, 0x11, 0, 16, 192, 0, 2, 1, 198, 51, 100, 2, 0xDC, 0x04, 0x01, 0xBB, 4, 0, 1, 0,
            ]
        static let line = Array("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n".utf8)

        @Test("A trusted peer says who the client is, in both versions", arguments: [line, binary])
        func ends(header: [UInt8]) throws {
            let server = try server()
            let facts = try diagnose(server, after: header)
            #expect(facts.contains("Client          192.0.2.1 port 56324\n"))
            #expect(facts.contains("Server          198.51.100.2 port 443\n"))
            #expect(facts.contains("Proxy           127.0.0.1 port "))
            try server.log.wait(containing: "GET / ", "192.0.2.1")
        }

        @Test(
            "UNKNOWN, LOCAL and UNSPEC keep the peer as the client",
            arguments: [
                Array("PROXY UNKNOWN ::1 ::1 1 2\r\n".utf8), signature + [0x20, 0x11, 0, 2, 1, 2],
                signature + [0x21, 0x00, 0, 0],
            ])
        func realEnds(header: [UInt8]) throws {
            let facts = try diagnose(server(), after: header)
            #expect(facts.contains("Client          127.0.0.1 port "))
            #expect(!facts.contains("Proxy "))
        }

        @Test("A header may come a byte at a time, and TLS behind it", arguments: [line, binary])
        func split(header: [UInt8]) throws {
            let server = try server()
            let result = try run(
                "python3", Scripts.path("proxy_header.py"), "\(server.port(.tls))", server.authority.string,
                header.map { String($0, radix: 16) }.joined(separator: ","))
            #expect(result.status == 0, "\(result.error)")
            #expect(result.output.contains("Client          192.0.2.1 port 56324\n"))
        }

        @Test(
            "§2: a trusted peer must send the header; what else it sends is not looked at",
            arguments: [
                Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8), [0x16, 3, 1, 0, 5],
                Array("PROXY TCP4 192.0.2.1 198.51.100.2 56324\r\n".utf8), Array("PROXY UNKNOWN\n".utf8),
                signature + [0x31, 0x11, 0, 0], signature + [0x21, 0x11, 0xFF, 0xFF],
            ], [Transport.tls, .plain])
        func noHeader(bytes: [UInt8], transport: Transport) throws {
            let server = try server()
            let client = try RawClient(port: server.port(transport))
            try client.send(bytes)
            #expect(try client.isClosedByServer())
            try server.log.wait(containing: "A connection was refused.", "127.0.0.1", "PROXY header")
        }

        @Test(
            "A trusted peer that says nothing is cut at handshake_timeout",
            arguments: [Transport.tls, .plain])
        func silent(transport: Transport) throws {
            let server = try server("handshake_timeout = 300ms")
            let client = try RawClient(port: server.port(transport))
            try client.send("PROXY ")
            #expect(try client.isClosedByServer())
        }

        @Test("A health check that connects and closes is not worth a line at info")
        func healthCheck() throws {
            let server = try server()
            let client = try RawClient(port: server.port(.tls))
            client.finishSending()
            #expect(try client.isClosedByServer())
            #expect(!server.log.lines.contains { $0.contains("refused") || $0.contains("handshake") })
        }

        @Test("Who is not trusted is served as ever, but for a header of his own", arguments: Transport.http1)
        func notTrusted(transport: Transport) throws {
            let server = try server(trusted: "10.0.0.0/8 ::1 unix")
            let facts = try server.curl("/", transport).output
            #expect(facts.contains("Client          127.0.0.1 port "))
            let client = try RawClient(port: server.port(transport))
            try client.send(Self.line + Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            guard transport == .tls else {
                #expect(try client.readResponse().status == 400)
                return
            }
            #expect(try client.isClosedByServer())
            try server.log.wait(containing: "A connection was refused.", "a peer that is not trusted")
        }

        @Test("Without proxy_protocol nobody's header is read", arguments: [line, binary])
        func off(header: [UInt8]) throws {
            let server = try PorticoProcess()
            let client = try RawClient(port: server.port(.tls))
            try client.send(header)
            #expect(try client.isClosedByServer())
            try server.log.wait(containing: "A connection was refused.")
        }

        @Test("connections_per_address counts the clients, not their proxy")
        func limits() throws {
            let server = try server("connections_per_address = 1")
            func open(_ last: Int) throws -> RawClient {
                let client = try RawClient(port: server.port(.plain))
                try client.send("PROXY TCP4 192.0.2.\(last) 198.51.100.2 56324 443\r\n")
                return client
            }
            let request = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"
            let first = try open(1)
            #expect(try first.exchange(request).status == 200)
            #expect(try open(2).exchange(request).status == 200)
            #expect(try open(1).exchange(request).status == 503)
            #expect(
                try first.exchange(request.replacing("Host", with: "Connection: close\r\nHost")).status == 200
            )
            #expect(try first.isClosedByServer())
            #expect(try open(1).exchange(request).status == 200)
        }

        @Test("A reload changes who is trusted, on the same socket")
        func reload() throws {
            let server = try server(trusted: "10.0.0.0/8")
            #expect(try server.curl("/", .plain).status == 0)
            let text = Self.sections(trusted: "127.0.0.0/8")
                .replacing("127.0.0.1:0", with: "127.0.0.1:\(server.port(.tls))", maxReplacements: 1)
                .replacing("127.0.0.1:0", with: "127.0.0.1:\(server.port(.plain))", maxReplacements: 1)
            #expect(try server.reload(server: "listen = \n", text).contains("was reloaded"))
            #expect(try diagnose(server, after: Self.line).contains("192.0.2.1"))
        }

        @Test("Unix sockets are trusted by their own word, and curl's header is read")
        func unix() throws {
            let folder = try TemporaryFolder()
            let socket = folder["portico.sock"].string
            let section = "[listen local]\naddress = unix:\(socket)\nproxy_protocol = yes\ntrusted = unix\n"
            let server = try PorticoProcess(section + Configuration.handlers, in: folder)
            let served = try server.curl("/", .tls, "--unix-socket", socket, "--haproxy-protocol")
            #expect(served.output.contains("Client          unix socket\n"), "\(served.error)")
            #expect(try server.curl("/", .tls, "--unix-socket", socket).status != 0)
        }

        @Test("curl's header is read over TCP", arguments: Transport.allCases)
        func curl(transport: Transport) throws {
            let server = try server()
            let served = try server.curl("/", transport, "--haproxy-protocol")
            #expect(served.output.contains("Client          127.0.0.1 port "), "\(served.error)")
            #expect(served.output.contains("Proxy           127.0.0.1 port "))
        }

        @Test(
            "HAProxy in front: the log and the pages have the client, over TCP of both families",
            arguments: ["send-proxy", "send-proxy-v2", "send-proxy-v2-ssl check inter 100ms"],
            [
                (Transport.tls, "127.0.0.1", "127.0.0.2"), (.plain, "127.0.0.1", "127.0.0.3"),
                (.tls, "::1", "::1"),
            ])
        func haproxy(option: String, way: (transport: Transport, front: String, client: String)) throws {
            let server = try server()
            let isIPv6 = way.front == "::1"
            let proxy = try HAProxy(before: [server.port(way.transport)], option, isIPv6: isIPv6)
            let scheme = way.transport == .tls ? "https" : "http"
            let result = try run(
                "curl", "-sS", "--noproxy", "*", "--max-time", "30", "--cacert", server.authority.string,
                "--interface", way.client, "--resolve",
                "localhost:\(proxy.port):\(isIPv6 ? "[::1]" : way.front)",
                "\(scheme)://localhost:\(proxy.port)/")
            #expect(result.output.contains("Client          \(way.client) port "), "\(result.error)")
            #expect(result.output.contains("Server          \(way.front) port \(proxy.port)\n"))
            #expect(result.output.contains("Proxy           127.0.0.1 port "))
            try server.log.wait(containing: "GET / ", way.client)
        }
    }
}
