// Who is let in: by address and by password, over each protocol.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Access to handlers", .timeLimit(.minutes(1)))
    struct AccessTests {
        private static let places = """
            [handler /]
            module = respond
            body = inside
            [handler /open]
            module = respond
            body = open
            allow = 127.0.0.0/8 unix
            [handler /shut]
            module = echo
            deny = 127.0.0.1
            """

        @Test("allow lets its addresses in, deny answers with 403", arguments: Transport.allCases)
        func addresses(transport: Transport) throws {
            let server = try PorticoProcess(Self.places)
            #expect(try server.curl("/open", transport).output == "open")
            let refused = try server.curl(
                "/shut", transport, "-d", "text=x", "-w", " %{http_code}", "-H", "Accept: text/plain")
            #expect(refused.output.hasPrefix("403 Forbidden: Clients of your address may not see this."))
            #expect(refused.output.hasSuffix(" 403"))
            try server.log.wait(containing: "/shut ", " 403 ")
        }

        @Test("A unix socket is one of its own, and what a trusted proxy says of the client counts")
        func otherClients() throws {
            let folder = try TemporaryFolder()
            let socket = folder["portico.sock"].string
            let server = try PorticoProcess(
                """
                [listen local]
                address = unix:\(socket)
                [listen proxied]
                address = 127.0.0.1:0
                tls = no
                proxy_protocol = yes
                trusted = 127.0.0.1
                [handler /unix]
                module = respond
                body = unix
                allow = unix
                [handler /far]
                module = respond
                body = far
                allow = 192.0.2.0/24
                """, in: folder)
            #expect(try server.curl("/unix", .tls, "--unix-socket", socket).output == "unix")
            #expect(try server.curl("/unix", .tls, "-o", "/dev/null", "-w", "%{http_code}").output == "403")
            for (client, status) in [("192.0.2.7", 200), ("198.51.100.7", 403)] {
                let raw = try RawClient(port: server.port(.plain))
                try raw.send("PROXY TCP4 \(client) 198.51.100.2 56324 443\r\n")
                #expect(try raw.exchange("GET /far HTTP/1.1\r\nHost: a\r\n\r\n").status == status)
            }
        }
    }
}
