// TLS as openssl s_client and curl see it: versions, names, resumption, and peers that are no TLS clients.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("TLS", .timeLimit(.minutes(1)))
    struct TLSTests {
        @Test("RFC 8996: TLS 1.0 and 1.1 are refused", arguments: ["-tls1", "-tls1_1"])
        func oldVersions(option: String) throws {
            let server = try PorticoProcess()
            let result = try server.handshake(option, "-cipher", "ALL:@SECLEVEL=0")
            #expect(result.status != 0)
            #expect(result.error.contains("alert protocol version"))
            try server.log.wait(containing: "A TLS handshake failed.")
        }

        @Test("TLS 1.2 and 1.3 are spoken, http/1.1 is chosen by ALPN", arguments: ["-tls1_2", "-tls1_3"])
        func versions(option: String) throws {
            let server = try PorticoProcess()
            let result = try server.handshake(option, "-alpn", "spdy/1,http/1.1")
            #expect(result.status == 0)
            #expect(result.output.contains("Verify return code: 0 (ok)"))
            #expect(result.output.contains("ALPN protocol: http/1.1"))
            #expect(result.output.contains("Compression: NONE"))
        }

        @Test("minimum = 1.3 refuses TLS 1.2")
        func minimum() throws {
            let server = try PorticoProcess("[tls]\nminimum = 1.3\n" + Configuration.handlers)
            #expect(try server.handshake("-tls1_2").status != 0)
            #expect(try server.handshake("-tls1_3").status == 0)
        }

        @Test("RFC 6066 §3: each server name gets its certificate, others the default one")
        func serverNames() throws {
            let folder = try TemporaryFolder()
            try makeCertificate("wiki", for: "wiki.localhost", in: folder)
            let server = try PorticoProcess(
                "[tls wiki.localhost]\ncertificate = wiki.pem\nkey = wiki.key\n" + Configuration.handlers,
                in: folder)
            #expect(try subject(server, name: "wiki.localhost").contains("wiki.localhost"))
            #expect(try !subject(server, name: "localhost").contains("wiki.localhost"))
            #expect(try !subject(server, name: "unknown.example").contains("wiki.localhost"))
            let facts = try server.curl("/", host: "localhost").output
            #expect(facts.contains("localhost"))
        }

        @Test(
            "RFC 5077, RFC 8446 §2.2: a saved session is resumed, also after a reload",
            arguments: ["-tls1_2", "-tls1_3"])
        func resumption(option: String) throws {
            let server = try PorticoProcess()
            let saved = server.folder["session"].string
            let request = "GET / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
            let first = try server.handshake(option, "-ign_eof", "-sess_out", saved, input: request)
            #expect(first.output.contains("\"resumed\" : false"))
            let second = try server.handshake(option, "-ign_eof", "-sess_in", saved, input: request)
            #expect(second.output.contains("Reused, TLSv1."))
            #expect(second.output.contains("\"resumed\" : true"))
            #expect(try server.hangUp().contains("configuration was reloaded"))
            let third = try server.handshake(option, "-ign_eof", "-sess_in", saved, input: request)
            #expect(third.output.contains("\"resumed\" : true"))
            #expect(third.output.contains("\"configuration_generation\" : 2"))
        }

        @Test("RFC 5746: a client that asks for renegotiation does not get it")
        func renegotiation() throws {
            let server = try PorticoProcess()
            let result = try server.handshake("-tls1_2", input: "R\n")
            #expect((result.output + result.error).contains("no renegotiation"))
            #expect(try server.curl("/echo").status == 0)
        }

        @Test("RFC 9110 §15.4.9: plain HTTP on the TLS port is sent to https")
        func plainOnTLS() throws {
            let server = try PorticoProcess()
            let port = server.port(.tls)
            let client = try RawClient(port: port)
            let response = try client.exchange("GET /echo?a=b HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n")
            #expect(response.status == 308)
            #expect(response["Location"] == "https://localhost:\(port)/echo?a=b")
            #expect(response.body == "This port speaks https: https://localhost:\(port)/echo?a=b\n")
            #expect(try client.isClosedByServer())
            let followed = try run(
                "curl", "-sSL", "--http1.1", "--cacert", server.authority.string, "--resolve",
                "localhost:\(port):127.0.0.1", "http://localhost:\(port)/echo?text=followed")
            #expect(followed.output == "You submitted text = followed\n")
        }

        static let nonsense: [[UInt8]] = [
            [0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x00], [0x16, 0xFF, 0xFF, 0xFF, 0xFF],
            [UInt8](repeating: 0, count: 100), [0x80, 0x2E, 0x01, 0x00, 0x02],
            [0x15, 0x03, 0x03, 0x00, 0x02, 2, 40],
        ]

        @Test(
            "Garbage instead of a ClientHello ends that connection, with one line at info or below",
            arguments: nonsense)
        func garbage(bytes: [UInt8]) throws {
            let server = try PorticoProcess()
            let client = try RawClient(port: server.port(.tls))
            try client.send(bytes)
            client.finishSending()
            _ = try client.readToEnd()
            #expect(try server.curl("/echo?text=still").output.contains("still"))
            try server.log.wait(containing: "GET /echo")
            let told = server.log.lines.filter { $0.contains("remote=127") || $0.contains("handshake") }
            #expect(told.count <= 1, "\(told)")
            #expect(!server.log.lines.contains { $0.contains(" warning: ") || $0.contains(" error: ") })
        }

        @Test("A handshake that stalls is cut at handshake_timeout; others are served meanwhile")
        func stalledHandshake() throws {
            let server = try PorticoProcess(server: "workers = 1\nhandshake_timeout = 700ms")
            let silent = try RawClient(port: server.port(.tls))
            let stalled = try RawClient(port: server.port(.tls))
            try stalled.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
            #expect(try server.curl("/echo?text=meanwhile").output.contains("meanwhile"))
            #expect(try stalled.isClosedByServer())
            #expect(try silent.isClosedByServer())
            try server.log.wait(containing: "A TLS handshake failed.", "timedOut")
        }

        @Test("A reset, during the handshake or after a request, ends one connection and no other")
        func reset() throws {
            let server = try PorticoProcess(server: "workers = 1")
            let neighbour = try RawClient(server, .tls)
            #expect(try neighbour.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            for bytes in [[], [0x16, 0x03, 0x01]] as [[UInt8]] {
                let client = try RawClient(port: server.port(.tls))
                try client.send(bytes)
                client.reset()
            }
            let plain = try RawClient(server)
            try plain.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\nGET /")
            plain.reset()
            #expect(try neighbour.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }

        @Test("RFC 8446 §6.1: close_notify comes before the connection ends, and is taken as its end")
        func closeNotify() throws {
            let server = try PorticoProcess()
            let result = try run(
                "python3", Scripts.path("close_notify.py"), "\(server.port(.tls))", server.authority.string)
            #expect(result.status == 0, "\(result.output)\(result.error)")
        }

        private func subject(_ server: PorticoProcess, name: String) throws -> String {
            let result = try server.handshake("-servername", name)
            return String(result.output.split(separator: "\n").first { $0.hasPrefix("subject=") } ?? "")
        }
    }
}

/// Makes a key and a certificate signed by itself.
func makeCertificate(_ file: String, for name: String, in folder: TemporaryFolder) throws {
    let result = try run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
        "2",
        "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-out", folder["\(file).pem"].string,
        "-keyout", folder["\(file).key"].string)
    try #require(result.status == 0, "\(result.error)")
}

extension PorticoProcess {
    /// Runs `openssl s_client` to its end; without input it closes after the handshake.
    func handshake(_ options: String..., input: String = "") throws -> ProgramResult {
        try handshake(options, input: input)
    }

    func handshake(_ options: [String], input: String = "") throws -> ProgramResult {
        var command = ["openssl", "s_client", "-connect", "127.0.0.1:\(port(.tls))"]
        if !options.contains("-servername") { command += ["-servername", "localhost"] }
        if names(in: folder["state"]).contains("ca.pem") { command += ["-CAfile", authority.string] }
        return try run(command + options, input: input)
    }
}
