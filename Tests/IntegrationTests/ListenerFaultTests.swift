// Listeners that are wrong on purpose, each as a client sees it; their neighbours are right.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("fault of [listen NAME]", .timeLimit(.minutes(2)))
    struct ListenerFaultTests {
        /// What a client does with a fault.
        struct Seen: CustomTestStringConvertible {
            let fault: String
            /// curl's exit status, and what it says.
            let curl: (status: CInt, message: String)
            /// What `openssl s_client` says.
            let openssl: String

            var testDescription: String { fault }
        }

        static let seen: [Seen] = [
            Seen(
                fault: "expired", curl: (60, "certificate has expired"),
                openssl: "Verify return code: 10 (certificate has expired)"),
            Seen(
                fault: "not-yet-valid", curl: (60, "certificate is not yet valid"),
                openssl: "Verify return code: 9 (certificate is not yet valid)"),
            Seen(
                fault: "wrong-name", curl: (60, "no alternative certificate subject name matches"),
                openssl: "Verify return code: 62 (hostname mismatch)"),
            Seen(
                fault: "untrusted", curl: (60, "self-signed certificate in certificate chain"),
                openssl: "Verify return code: 19 (self-signed certificate in certificate chain)"),
            Seen(
                fault: "self-signed", curl: (60, "SSL certificate problem: self-signed certificate\n"),
                openssl: "Verify return code: 18 (self-signed certificate)"),
            Seen(
                fault: "incomplete-chain", curl: (60, "unable to get local issuer certificate"),
                openssl: "Verify return code: 21 (unable to verify the first certificate)"),
            Seen(
                fault: "weak-key", curl: (60, "EE certificate key too weak"),
                openssl: "Verify return code: 66 (EE certificate key too weak)"),
            Seen(
                fault: "tls1.0-only", curl: (35, "protocol"), openssl: "Protocol  : TLSv1\n"),
            Seen(
                fault: "no-shared-cipher", curl: (35, "alert handshake failure"),
                openssl: "sslv3 alert handshake failure"),
            Seen(fault: "reset", curl: (35, "Connection reset by peer"), openssl: "errno=104"),
            Seen(
                fault: "close-mid-record", curl: (52, "Empty reply"),
                openssl: "unexpected eof while reading"),
        ]

        /// A server with one listener at fault; `handshake_timeout` is shorter than any client's patience.
        private func server(_ fault: String) throws -> PorticoProcess {
            try PorticoProcess(
                server: "handshake_timeout = 500ms", Self.listener(fault) + Configuration.handlers)
        }

        private static func listener(_ fault: String) -> String {
            "[listen bad]\naddress = 127.0.0.1:0\nfault = \(fault)\n"
        }

        @Test("curl sees it, over TLS 1.2 and 1.3; the neighbour serves", arguments: seen)
        func curl(seen: Seen) throws {
            let server = try server(seen.fault)
            for version in ["1.2", "1.3"] {
                let result = try server.curlFault(
                    "/echo", "--tlsv1.2", "--tls-max", version)
                #expect(result.status == seen.curl.status, "\(version): \(result.error)")
                #expect(result.error.contains(seen.curl.message), "\(version): \(result.error)")
            }
            let neighbour = try server.curl("/echo?text=well")
            #expect(neighbour.output == "You submitted text = well\n", "\(neighbour.error)")
        }

        @Test("openssl s_client sees it", arguments: seen)
        func openssl(seen: Seen) throws {
            let server = try server(seen.fault)
            let result = try server.opensslFault("-verify_hostname", "localhost")
            #expect((result.output + result.error).contains(seen.openssl), "\(result.output)\(result.error)")
        }

        @Test(
            "RFC 5280 §5: revoked is on the list beside the authority's certificate, and on the one that is served"
        )
        func revoked() throws {
            let server = try server("revoked")
            #expect(try server.curlFault("/echo").status == 0)
            let list = server.folder["state/crl.pem"].string
            #expect(
                try server.curl("/.well-known/portico/crl.pem").output
                    == contents(of: server.folder["state/crl.pem"]))
            let result = try server.curlFault("/echo", "--crlfile", list)
            #expect(result.status == 60)
            #expect(result.error.contains("certificate revoked"), "\(result.error)")
            let checked = try server.opensslFault("-crl_check", "-CRL", list)
            #expect(checked.output.contains("Verify return code: 23 (certificate revoked)"))
            #expect(try server.curl("/echo", .tls, "--crlfile", list).status == 0)
        }

        @Test("A reload that is refused writes no list")
        func refused() throws {
            let server = try server("revoked")
            try server.folder.delete("state/crl.pem")
            let answer = try server.reload(
                "[tls]\nciphers = ROT13\n" + Self.listener("revoked") + Configuration.handlers)
            #expect(answer.contains("refused"))
            #expect(try !server.folder.names(in: "state").contains("crl.pem"))
        }

        @Test("A list that was fetched before a restart has what is shown after it")
        func revokedAgain() throws {
            let folder = try TemporaryFolder()
            let sections = Self.listener("revoked") + Configuration.handlers
            let first = try PorticoProcess(sections, in: folder)
            let list = try folder.write("kept.pem", try contents(of: folder["state/crl.pem"]))
            first.signal(SIGTERM)
            #expect(try first.waitForExit() == 0)
            let second = try PorticoProcess(sections, in: folder)
            let result = try second.curlFault("/echo", "--crlfile", list.string)
            #expect(result.error.contains("certificate revoked"), "\(result.error)")
        }

        @Test(
            "Without the check that fails, the certificate is right: authority, name, everything",
            arguments: [
                ("expired", ["-no_check_time", "-verify_hostname", "wiki.test"]),
                ("not-yet-valid", ["-no_check_time", "-verify_hostname", "wiki.test"]),
                ("wrong-name", ["-verify_hostname", "wrong-name.portico.test"]),
                ("revoked", ["-verify_hostname", "wiki.test"]),
                ("weak-key", ["-auth_level", "0", "-verify_hostname", "wiki.test"]),
            ])
        func onlyThis(fault: String, options: [String]) throws {
            let server = try server(fault)
            let result = try server.opensslFault(options + ["-servername", "wiki.test"])
            #expect(result.output.contains("Verify return code: 0 (ok)"), "\(result.output)\(result.error)")
        }

        @Test("tls1.0-only serves a client that speaks TLS 1.0")
        func oldClient() throws {
            let server = try server("tls1.0-only")
            let result = try server.curlFault(
                "/echo?text=old", "--tlsv1.0", "--tls-max", "1.0", "--ciphers", "DEFAULT@SECLEVEL=0")
            #expect(result.output == "You submitted text = old\n", "\(result.error)")
        }

        @Test(
            "A session of a listener that is right is not resumed at one that is not",
            arguments: ["-tls1_2", "-tls1_3"])
        func sessions(version: String) throws {
            let server = try server("expired")
            let saved = server.folder["session"].string
            let request = "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            #expect(
                try server.handshake(version, "-ign_eof", "-sess_out", saved, input: request).output.contains(
                    "200 OK"))
            #expect(
                try server.handshake(version, "-ign_eof", "-sess_in", saved, input: request).output.contains(
                    "Reused,"))
            let result = try server.opensslFault(version, "-sess_in", saved)
            #expect(result.output.contains("New, TLSv1."))
            #expect(result.output.contains("certificate has expired"))
        }

        @Test("hang: a client waits as long as it likes, beyond handshake_timeout; the neighbour serves")
        func hang() throws {
            let server = try server("hang")
            let result = try server.curlFault("/echo", "--max-time", "2")
            #expect(result.status == 28)
            #expect(result.error.contains("timed out after 2"), "\(result.error)")
            let openssl = try run(
                "timeout", "1", "openssl", "s_client", "-connect", "127.0.0.1:\(server.faultyPort)")
            #expect(openssl.status == 124)
            #expect(!openssl.output.contains("SSL handshake"), "\(openssl.output)")
            #expect(try server.curl("/echo").status == 0)
        }

        @Test("hang: a stop does not wait for those that wait")
        func stop() throws {
            let server = try server("hang")
            let client = try RawClient(port: server.faultyPort)
            try client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
            #expect(try server.curl("/echo").status == 0)
            server.signal(SIGTERM)
            #expect(try server.waitForExit(seconds: 10) == 0)
            #expect(try client.isClosedByServer())
        }

        @Test("Diagnostics name it, as JSON, text and HTML; the log does at the start")
        func named() throws {
            let server = try server("wrong-name")
            #expect(
                server.log.lines.contains {
                    $0.contains("A listener has a fault on purpose.")
                        && $0.contains("address=127.0.0.1:\(server.faultyPort) fault=wrong-name")
                })
            #expect(server.log.lines.count { $0.contains("on purpose") } == 1)
            func page(_ type: String) throws -> String {
                try server.curl("/", .tls, "-H", "Accept: \(type)").output
            }
            #expect(try page("application/json").contains("\"fault\" : \"wrong-name\""))
            #expect(try page("text/plain").contains("(TLS, fault = wrong-name)"))
            #expect(try page("text/html").contains("(TLS, fault = wrong-name)"))
            let own = try server.curlFault("/", "-k", "-H", "Accept: application/json").output
            #expect(own.contains("\"listener_fault\" : \"wrong-name\""))
            #expect(own.contains("\"certificate_origin\" : \"fault\""))
        }

        @Test("A reload brings a fault and takes it away; one for an address of [server] is refused")
        func reload() throws {
            let server = try PorticoProcess()
            let address = "127.0.0.1:\(server.port(.tls))"
            let faulty = "[listen bad]\naddress = \(address)\nfault = expired\n" + Configuration.handlers
            let listen = "listen = \(address)\nlisten_plain = 127.0.0.1:0"
            #expect(try server.reload(server: listen, faulty).contains("reload was refused"))
            #expect(try server.curl("/echo").status == 0)
            #expect(
                try server.reload(server: "listen =\nlisten_plain = 127.0.0.1:0", faulty).contains(
                    "was reloaded"))
            #expect(try server.curl("/echo").status == 60)
            try server.log.wait(containing: "A listener has a fault on purpose.")
            #expect(try server.reload(server: listen).contains("was reloaded"))
            #expect(try server.curl("/echo").status == 0)
        }
    }
}

extension PorticoProcess {
    /// The port of `[listen bad]`, which comes after that of `listen`.
    var faultyPort: UInt16 { addresses[1].split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

    /// curl on the listener that is at fault, trusting the authority.
    func curlFault(_ path: String, _ options: String...) throws -> ProgramResult {
        try run(
            ["curl", "-sS", "--noproxy", "*", "--cacert", authority.string] + options
                + ["https://localhost:\(faultyPort)\(path)"])
    }

    /// `openssl s_client` on the listener that is at fault, with a request.
    func opensslFault(_ options: String...) throws -> ProgramResult { try opensslFault(options) }

    func opensslFault(_ options: [String]) throws -> ProgramResult {
        let name = options.contains("-servername") ? [] : ["-servername", "localhost"]
        return try run(
            [
                "openssl", "s_client", "-ign_eof", "-connect", "127.0.0.1:\(faultyPort)", "-CAfile",
                authority.string,
            ]
                + name + options,
            input: "GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    }
}
