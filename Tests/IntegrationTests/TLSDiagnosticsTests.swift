// What diagnostics say of TLS, held against what real clients say of themselves.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("TLS in diagnostics", .timeLimit(.minutes(1)))
    struct TLSDiagnosticsTests {
        private static let request =
            "GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nConnection: close\r\n\r\n"

        /// What `openssl s_client` gets to see, without blanks.
        private func diagnose(_ server: PorticoProcess, _ options: String...) throws -> String {
            var command = ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(server.port(.tls))"]
            command += ["-servername", "localhost"] + options
            return try run(command, input: Self.request).output.filter { !$0.isWhitespace }
        }

        @Test("Lists, JA3 and JA4 are those of the bytes that a client sent", arguments: ["1.2", "1.3"])
        func fingerprints(version: String) throws {
            let server = try PorticoProcess()
            let result = try run(
                "python3", Scripts.path("client_hello.py"), "\(server.port(.tls))", server.authority.string,
                version)
            #expect(result.status == 0, "\(result.output)\(result.error)")
        }

        @Test("What openssl is told to offer is what the page has, in this order")
        func offers() throws {
            let text = try diagnose(
                PorticoProcess(), "-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
                "-groups", "P-384:X25519:P-256", "-sigalgs", "ed25519:ECDSA+SHA256", "-alpn", "x,http/1.1")
            #expect(
                text.contains(
                    #""cipher_suites":["TLS_AES_256_GCM_SHA384","TLS_AES_128_GCM_SHA256","TLS_EMPTY"#))
            #expect(text.contains(#""groups":["secp384r1","x25519","secp256r1"]"#))
            #expect(text.contains(#""signature_schemes":["ed25519","ecdsa_secp256r1_sha256"]"#))
            #expect(text.contains(#""alpn":["x","http/1.1"]"#))
            #expect(text.contains(#""versions":["TLS1.3"]"#))
            #expect(text.contains(#""signature_scheme":"ecdsa_secp256r1_sha256""#))
            #expect(text.contains(#""tls_library":"OpenSSL"#))
        }

        @Test("A file's certificate is told from the authority's, whole chain and days")
        func origin() throws {
            let folder = try TemporaryFolder()
            try makeCertificate("wiki", for: "wiki.localhost", in: folder)
            let server = try PorticoProcess(
                "[tls wiki.localhost]\ncertificate = wiki.pem\nkey = wiki.key\n" + Configuration.handlers,
                in: folder)
            let own = try diagnose(server)
            #expect(own.contains(#""certificate_origin":"auto""#))
            #expect(own.contains(#""days_left":89,"#) || own.contains(#""days_left":90,"#))
            let given = try diagnose(server, "-servername", "wiki.localhost")
            #expect(given.contains(#""certificate_origin":"file""#))
            #expect(given.contains(#""subject":"CN=wiki.localhost""#))
            // Made for two days; a second may have passed.
            #expect(given.contains(#""days_left":1,"#) || given.contains(#""days_left":2,"#))
        }

        @Test("A credential's certificate is told from a file's")
        func credential() throws {
            let folder = try TemporaryFolder()
            try makeCertificate("a", for: "localhost", in: folder)
            let file = try folder.write(
                "portico.conf",
                Configuration.text(
                    server: "",
                    "[tls]\ncertificate = credential:a.pem\nkey = credential:a.key\n" + Configuration.handlers
                ))
            let server = try PorticoProcess(
                ["run", "-c", file.string], environment: ["CREDENTIALS_DIRECTORY": folder.path.string],
                in: folder)
            try server.waitUntilReady()
            #expect(try diagnose(server).contains(#""certificate_origin":"credential""#))
        }

        @Test("RFC 8446 §4.2.10: early data is refused, and the page says so")
        func earlyData() throws {
            let server = try PorticoProcess()
            let session = server.folder["session"].string
            #expect(try diagnose(server, "-sess_out", session).contains(#""early_data_refused":false"#))
            #expect(try run("python3", Scripts.path("early_session.py"), session).status == 0)
            let early = try server.folder.write("early", "GET /early HTTP/1.1\r\nHost: a\r\n\r\n").string
            let refused = try diagnose(server, "-sess_in", session, "-early_data", early)
            #expect(refused.contains(#""early_data_refused":true"#), "\(refused)")
            #expect(refused.contains(#""resumed":true"#))
            try server.log.readLines()
            #expect(!server.log.lines.contains { $0.contains("/early") })
        }

        @Test("A resumed session shows no certificate", arguments: ["-tls1_2", "-tls1_3"])
        func resumed(version: String) throws {
            let server = try PorticoProcess()
            let session = server.folder["session"].string
            let first = try diagnose(server, version, "-sess_out", session)
            #expect(first.contains(#""server_certificates":[{"#))
            let second = try diagnose(server, version, "-sess_in", session)
            #expect(second.contains(#""resumed":true"#))
            #expect(second.contains(#""server_certificates":[]"#) && second.contains(#""client_hello":{"#))
            #expect(!second.contains("certificate_origin"))
        }

        @Test("A connection that is older than the handler is served without what nobody kept")
        func olderConnection() throws {
            let server = try PorticoProcess("[handler /]\nmodule = echo\n")
            let client = try RawClient(server, .tls)
            let request = "GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n"
            #expect(try client.exchange(request).status == 200)
            #expect(try server.reload("[handler /]\nmodule = diagnostics\n").contains("was reloaded"))
            let page = try client.exchange(request)
            #expect(page.body.contains("\"cipher\"") && !page.body.contains("client_hello"))
            #expect(try diagnose(server).contains("client_hello"))
        }
    }
}
