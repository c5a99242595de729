// The local authority as its users meet it: certificates that appear, programs that trust them, and those that must not.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Local authority", .timeLimit(.minutes(1)))
    struct AuthorityTests {
        @Test("A name that nobody configured is served with a certificate that curl accepts")
        func leafOnDemand() throws {
            let server = try PorticoProcess()
            for host in ["wiki.test", "a.b.localhost", "printer.local"] {
                let result = try server.curl("/echo?text=there", host: host)
                #expect(result.output.contains("there"), "\(result.error)")
            }
        }

        @Test(
            "A name outside the constraints gets the default certificate, which curl refuses, and one log line"
        )
        func outside() throws {
            let server = try PorticoProcess()
            for _ in 0..<3 {
                let result = try server.curl("/", host: "www.example.com")
                #expect(result.status == 60, "\(result.error)")
            }
            #expect(try server.curl("/echo", host: "wiki.test").status == 0)
            try server.log.wait(containing: "GET /echo")
            #expect(
                server.log.lines.count { $0.contains("may not sign") && $0.contains("www.example.com") } == 1)
        }

        @Test(
            "RFC 5280 §4.2.1.10: with the stolen key of the authority nobody makes a name that curl believes")
        func stolenKey() throws {
            let folder = try TemporaryFolder()
            _ = try PorticoProcess(in: folder)
            let forged = try run(
                "sh", "-c",
                """
                cd "$0" && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj / -keyout forged.key \
                    -out forged.csr && printf 'subjectAltName=DNS:www.example.com,DNS:wiki.test' >names && \
                    openssl x509 -req -in forged.csr -CA state/ca.pem -CAkey state/ca.key -days 2 -extfile names \
                    -out forged.pem
                """, folder.path.string)
            try #require(forged.status == 0, "\(forged.error)")
            let server = try PorticoProcess(
                "[tls]\ncertificate = forged.pem\nkey = forged.key\n" + Configuration.handlers, in: folder)
            let result = try server.curl("/", host: "www.example.com")
            #expect(result.status == 60)
            #expect(result.error.contains("permitted subtree violation"), "\(result.error)")
        }

        @Test("Clients that ask for a new name at once, of two workers, all get the same certificate")
        func askedAtOnce() throws {
            let server = try PorticoProcess(server: "workers = 2")
            let clients = try (0..<12).map { _ in
                try Program([
                    "openssl", "s_client", "-connect", "127.0.0.1:\(server.port(.tls))", "-servername",
                    "wiki.test", "-verify_hostname", "wiki.test", "-CAfile", server.authority.string,
                ])
            }
            let outputs = try clients.map { try $0.finish().output }
            #expect(outputs.allSatisfy { $0.contains("Verify return code: 0 (ok)") })
            #expect(Set(outputs.map(certificate)).count == 1)
            #expect(outputs.first.map(certificate)?.isEmpty == false)
        }

        private func certificate(_ output: String) -> Substring {
            output.firstMatch(of: /-----BEGIN CERTIFICATE-----[^-]+-----END/)?.output ?? ""
        }

        @Test("A restart keeps the authority and the default certificate, a reload too")
        func restart() throws {
            let folder = try TemporaryFolder()
            var seen: Set<String> = []
            for _ in 0..<2 {
                let server = try PorticoProcess(in: folder)
                for _ in 0..<2 {
                    let shown = try server.handshake().output
                    #expect(shown.contains("Verify return code: 0 (ok)"))
                    seen.insert(try contents(of: server.authority) + certificate(shown))
                    try server.hangUp()
                }
                server.signal(SIGTERM)
                #expect(try server.waitForExit() == 0)
            }
            #expect(seen.count == 1)
        }

        @Test("The start logs the authority's fingerprint, the one that openssl computes")
        func fingerprint() throws {
            let server = try PorticoProcess()
            let result = try run(
                "openssl", "x509", "-in", server.authority.string, "-noout", "-fingerprint", "-sha256")
            let digits = try #require(result.output.split(separator: "=").last)
                .replacing(":", with: "").lowercased().prefix(64)
            #expect(server.log.lines.contains { $0.contains("sha256=\(digits)") })
        }

        @Test(
            "The certificate is at /.well-known/portico/ca.pem, with TLS and without",
            arguments: Transport.allCases)
        func download(transport: Transport) throws {
            let server = try PorticoProcess()
            let result = try server.curl("/.well-known/portico/ca.pem", transport)
            #expect(try result.output == contents(of: server.authority))
            for path in ["ca.key", "", "ca.pem/ca.key", "localhost.key", "ca.pem/../ca.key"] {
                let other = try server.curl("/.well-known/portico/\(path)", transport, "--path-as-is")
                #expect(!other.output.contains("PRIVATE"))
                #expect(!other.output.contains("BEGIN"))
            }
        }

        @Test(
            "authority_download says which listeners serve it",
            arguments: [("loopback", "404"), ("all", "200"), ("none", "404")])
        func downloadFromOthers(value: String, status: String) throws {
            let server = try PorticoProcess(
                server: "listen = 127.0.0.1:0\nlisten_plain = 0.0.0.0:0",
                "[tls]\nauthority_download = \(value)\n[handler /echo]\nmodule = echo\n")
            let path = "/.well-known/portico/ca.pem"
            let other = try server.curl(path, .plain, "-o", "/dev/null", "-w", "%{http_code}")
            #expect(other.output == status)
            let own = try server.curl(path, .tls, "-o", "/dev/null", "-w", "%{http_code}")
            #expect(own.output == (value == "none" ? "404" : "200"))
        }

        @Test("A handler of one's own at that place comes first")
        func ownHandler() throws {
            let server = try PorticoProcess(
                "[handler /.well-known/portico/ca.pem]\nmodule = respond\nbody = mine\n")
            #expect(try server.curl("/.well-known/portico/ca.pem").output == "mine")
        }
    }
}
