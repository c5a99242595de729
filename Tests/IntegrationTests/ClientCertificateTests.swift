// Clients' certificates as openssl s_client and curl present them: who gets in, which alert the others get, what is
// logged, and that nobody gets around the rules of a server name.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Client certificates", .timeLimit(.minutes(2)))
    struct ClientCertificateTests {
        private static let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

        /// How a client presents itself, the alert that it gets and why, as the log has it.
        struct Refusal: CustomTestStringConvertible {
            let client: String
            let alert: String
            let reason: String
            var testDescription: String { client }

            /// Its words for openssl s_client.
            func options(_ authority: ClientAuthority, _ stranger: ClientAuthority) throws -> [String] {
                switch client {
                case "none": return []
                case "stranger": return try stranger.issue("mallory")
                case "expired": return try authority.issue("expired", to: "20210101000000Z")
                case "early": return try authority.issue("early", from: "20390101000000Z")
                case "server": return try authority.issue("server", usage: "serverAuth")
                default: return try authority.issue(client)
                }
            }
        }

        static let refusals = [
            Refusal(
                client: "none", alert: "certificate required", reason: "peer did not return a certificate"),
            Refusal(
                client: "stranger", alert: "unknown ca", reason: "CN=mallory: unable to get local issuer"),
            Refusal(
                client: "expired", alert: "certificate expired", reason: "CN=expired: certificate has expired"
            ),
            Refusal(
                client: "early", alert: "bad certificate", reason: "CN=early: certificate is not yet valid"),
            Refusal(
                client: "revoked", alert: "certificate revoked", reason: "CN=revoked: certificate revoked"),
            Refusal(
                client: "server", alert: "unsupported certificate",
                reason: "CN=server: unsuitable certificate"),
        ]

        /// A daemon that trusts one authority.
        private func start(_ lines: String, _ sections: String = "") throws -> (
            PorticoProcess, ClientAuthority
        ) {
            let folder = try TemporaryFolder()
            let authority = try ClientAuthority("authority", in: folder)
            try authority.writeRevocations()
            let server = try PorticoProcess(
                "[tls]\n\(lines)\nclient_ca = authority/ca.pem\n\(sections)\n" + Configuration.handlers,
                in: folder)
            return (server, authority)
        }

        @Test(
            "RFC 8446 §6.2: who is refused gets the alert that says why, and the log one line with the reason"
        )
        func refusals() throws {
            let (server, authority) = try start("client = required\nclient_crl = authority/crl.pem")
            let stranger = try ClientAuthority("stranger", in: server.folder)
            for refusal in Self.refusals {
                let options = try refusal.options(authority, stranger)
                if refusal.client == "revoked" {
                    try authority.revoke("revoked")
                    try authority.writeRevocations()
                    try server.hangUp()
                }
                for version in ["-tls1_3", "-tls1_2"] {
                    let start = server.log.lines.count
                    let result = try server.handshake([version, "-ign_eof"] + options, input: Self.request)
                    let alert =
                        version == "-tls1_2" && refusal.client == "none" ? "handshake failure" : refusal.alert
                    #expect(result.error.contains("alert \(alert)"), "\(refusal): \(result.error)")
                    let line = try server.log.wait(from: start, containing: "A TLS handshake failed.")
                    #expect(server.log.lines[line].contains(refusal.reason), "\(server.log.lines[line])")
                    #expect(server.log.lines[line].contains("info"))
                }
            }
            let told = server.log.lines.filter { $0.contains("A TLS handshake failed.") }
            #expect(told.count == 2 * Self.refusals.count)
        }

        @Test(
            "Who is let in is known to handlers: subject, issuer, names and fingerprint",
            arguments: ["1.2", "1.3"])
        func facts(version: String) throws {
            let (server, authority) = try start("client = required\nclient_crl = authority/crl.pem")
            let options = try authority.issue("alice").map { $0.hasPrefix("-") ? "-\($0)" : $0 }
            let result = try server.startCurl(
                "/", .tls, options + ["--tls-max", version, "-H", "Accept: application/json"]
            ).finish()
            #expect(result.output.contains(#""client_subject" : "CN=alice""#), "\(result)")
            #expect(result.output.contains(#""issuer" : "CN=authority""#))
            #expect(result.output.contains(#""email:alice@example.test""#))
            #expect(result.output.contains(#""URI:spiffe://example.test/alice""#))
            let printed = try run("openssl", "x509", "-in", options[1], "-noout", "-fingerprint", "-sha256")
            let print = try #require(printed.output.split(separator: "=").last).lowercased()
                .replacing(":", with: "").replacing("\n", with: "")
            #expect(result.output.contains(#""sha256" : "\#(print)""#))
        }

        @Test("optional: who has no certificate is let in without one")
        func optional() throws {
            let (server, _) = try start("client = optional")
            let result = try server.curl("/", .tls, host: "localhost", "-H", "Accept: application/json")
            #expect(result.status == 0)
            #expect(!result.output.contains("client_subject"))
        }

        @Test("A [tls NAME] with its own authority has none of the revocation lists of [tls]")
        func ownAuthority() throws {
            let folder = try TemporaryFolder()
            let authority = try ClientAuthority("authority", in: folder)
            try authority.writeRevocations()
            let other = try ClientAuthority("other", in: folder)
            let server = try PorticoProcess(
                "[tls]\nclient = required\nclient_ca = authority/ca.pem\nclient_crl = authority/crl.pem\n"
                    + "[tls admin.localhost]\nclient_ca = other/ca.pem\n" + Configuration.handlers, in: folder
            )
            let (alice, bob) = (try authority.issue("alice"), try other.issue("bob"))
            for (name, options, alert) in [
                ("localhost", alice, nil), ("admin.localhost", bob, nil), ("localhost", bob, "unknown ca"),
                ("admin.localhost", alice, "unknown ca"),
            ] as [(String, [String], String?)] {
                let result = try server.handshake(
                    options + ["-servername", name, "-ign_eof"], input: Self.request)
                #expect(result.output.contains("HTTP/1.1 ") == (alert == nil), "\(name) \(result)")
                if let alert { #expect(result.error.contains("alert \(alert)"), "\(name) \(result)") }
            }
        }

        @Test("The names of the authorities are sent, so that clients can choose; none asks nobody")
        func request() throws {
            let (server, _) = try start("client = none", "[tls admin.localhost]\nclient = optional\n")
            let asked = try server.handshake("-servername", "admin.localhost")
            #expect(asked.output.contains("Acceptable client certificate CA names\nCN = authority\n"))
            #expect(try server.handshake().output.contains("No client certificate CA names sent"))
        }

        @Test(
            "RFC 9110 §7.4: a request for a stricter server name is misdirected on another's connection",
            arguments: [Transport.tls, .http2])
        func misdirected(transport: Transport) throws {
            let (server, authority) = try start(
                "", "[tls admin.localhost]\nclient = required\n[tls *.shop.localhost]\nclient = optional\n")
            let certificate = try authority.issue("alice").map { $0.hasPrefix("-") ? "-\($0)" : $0 }
            let cases: [(String, String, [String], String)] = [
                ("localhost", "localhost", [], "200"), ("localhost", "admin.localhost", [], "421"),
                ("localhost", "admin.localhost:1", certificate, "421"),
                ("localhost", "ADMIN.localhost", certificate, "421"),
                ("localhost", "a.shop.localhost", [], "421"),
                ("admin.localhost", "admin.localhost", certificate, "200"),
                ("admin.localhost", "localhost", certificate, "200"),
                ("a.shop.localhost", "b.shop.localhost", [], "200"),
                ("a.shop.localhost", "admin.localhost", [], "421"),
            ]
            for (connected, asked, options, status) in cases {
                let result = try server.startCurl(
                    "/", transport, host: connected,
                    options + [
                        "-k", "-H", "Host: \(asked)", "-o", "/dev/null", "-w", "%{stdout}%{http_code}",
                    ]
                ).finish()
                #expect(result.output == status, "\(connected) \(asked) \(result)")
            }
        }

        @Test(
            "A reload that makes the rules stricter holds for connections that are open, and for their sessions"
        )
        func reload() throws {
            let (server, authority) = try start("client = required\nclient_crl = authority/crl.pem")
            let options = try authority.issue("alice")
            let saved = server.folder["session"].string
            let first = try server.handshake(
                options + ["-ign_eof", "-sess_out", saved], input: Self.request)
            #expect(first.output.contains("200 OK"), "\(first)")
            let resumed = try server.handshake(
                options + ["-ign_eof", "-sess_in", saved], input: Self.request)
            #expect(resumed.output.contains("Reused, TLSv1.3"))
            #expect(resumed.output.contains("CN=alice"))
            let open = try RawClient(server, .tls, options: options)
            let another = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
            #expect(try open.exchange(another).status == 200)
            try authority.revoke("alice")
            try authority.writeRevocations()
            #expect(try server.hangUp().contains("configuration was reloaded"))
            #expect(try open.exchange(another).status == 421)
            #expect(try open.isClosedByServer())
            let last = try server.handshake(
                options + ["-ign_eof", "-sess_in", saved], input: Self.request)
            #expect(last.error.contains("alert certificate revoked"), "\(last)")
        }

        @Test("The watchdog's requests need no certificate, and what comes in with them gets nothing")
        func watchdog() throws {
            let folder = try TemporaryFolder()
            _ = try ClientAuthority("authority", in: folder)
            let file = try folder.write(
                "portico.conf",
                Configuration.text(
                    server: "workers = 1",
                    "[tls]\nclient = required\nclient_ca = authority/ca.pem\n" + Configuration.handlers))
            let manager = try NotifySocket(in: folder)
            let server = try PorticoProcess(
                ["run", "-c", file.string],
                environment: ["WATCHDOG_USEC": "10000000", "NOTIFY_SOCKET": manager.path], in: folder)
            try server.waitUntilReady()
            try manager.wait(containing: "WATCHDOG=1")
            // Where they come in can be found, and says nothing else.
            let sockets = try contents(of: "/proc/net/unix").split { $0 == " " || $0 == "\n" }
            let name = try #require(sockets.first { $0.hasPrefix("@portico-\(server.identifier)-") })
            let result = try run(
                "curl", "-sS", "-k", "--abstract-unix-socket", String(name.dropFirst()), "-o", "/dev/null",
                "-w",
                "%{http_code}", "https://localhost/")
            #expect(result.output == "421", "\(result)")
        }
    }
}
