import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

/// What the diagnostics module answers, with a server that has everything to tell.
private func diagnose(
    _ target: String = "/diagnostics?a=1", fields: HTTPFields = [:], accept: String? = nil,
    connection: ConnectionFacts = .forTesting(), server: TestServer = TestServer()
) async throws -> TestResponse {
    var fields = fields
    fields[.accept] = accept
    let handler = try make(handler: .diagnostics, context: .forTesting(server: server, clock: TestClock()))
    return try await respond(
        handler, to: .make(.get, target, fields: fields, number: 3, connection: connection))
}

@Suite("diagnostics")
struct DiagnosticsTests {
    private var server: TestServer {
        var server = TestServer()
        server.status.lastReload = ServerStatus.Reload(
            time: 784_111_777, isApplied: false, outcome: "line 3 is wrong")
        server.status.invocationID = "0123456789abcdef"
        server.status.listeners.append(
            ServerStatus.Listener(name: "systemd:https", address: "[::]:443", isTLS: true, isActivated: true))
        return server
    }

    @Test(
        "The text form says all that the server knows, aligned",
        arguments: [
            "Method      GET", "Target      /diagnostics?a=1", "Path        /diagnostics", "Query       a=1",
            "Version     HTTP/1.1", "Client          127.0.0.1 port 50000",
            "Server          127.0.0.1 port 8443",
            "Request number  3", "Worker          0", "Protocol            TLSv1.3",
            "Cipher              TLS_AES_128_GCM_SHA256", "Key exchange        X25519",
            "ALPN                http/1.1",
            "Server name (SNI)   localhost", "Session             new", "Client certificate  none",
            "Software          Portico 1.2.3", "Process           4711", "Uptime            1 h 0 min",
            "Configuration     /etc/portico/portico.conf", "Generation        1",
            "Last reload       1994-11-06T08:49:37Z, refused: line 3 is wrong", "Open connections  1",
            "Requests          1", "Invocation        0123456789abcdef",
            "systemd:https   [::]:443 (TLS, handed over by systemd)",
        ])
    func text(_ line: String) async throws {
        let text = try await diagnose(server: server).text
        #expect(text.contains("  \(line)\n"))
        #expect(text.hasSuffix("\n"))
    }

    @Test("JSON has stable names and typed values")
    func json() async throws {
        let response = try await diagnose(accept: "application/json", server: server)
        let text = response.text.filter { !$0.isWhitespace }
        for pair in [
            #""method":"GET""#, #""target":"/diagnostics?a=1""#, #""query":"a=1""#,
            #""client_address":"127.0.0.1""#,
            #""client_port":50000"#, #""request_number":3"#, #""cipher":"TLS_AES_128_GCM_SHA256""#,
            #""server_name":"localhost""#, #""resumed":false"#, #""uptime_seconds":3600"#, #""pid":4711"#,
            #""configuration_generation":1"#, #""applied":false"#, #""invocation_id":"0123456789abcdef""#,
            #""open_connections":1"#, #""systemd":true"#, #""handler_path":"/""#,
        ] {
            #expect(text.contains(pair), "\(pair)")
        }
    }

    @Test("All fields are shown, sorted by name, repeated ones in order")
    func sorted() async throws {
        var fields: HTTPFields = [.userAgent: "curl", .acceptLanguage: "de"]
        fields.append(HTTPField(name: .acceptLanguage, value: "en"))
        let text = try await diagnose(fields: fields).text
        #expect(
            text.contains("Fields\n  accept-language  de\n  accept-language  en\n  user-agent       curl\n"))
    }

    @Test(
        "Secrets are masked in every form",
        arguments: ["text/plain", "application/json", "text/html"],
        [
            ("Authorization", "Bearer S3CR3T", "Bearer (hidden, 13 bytes)"),
            ("Authorization", "S3CR3T x", "(hidden, 8 bytes)"),
            ("Proxy-Authorization", "basic S3CR3T", "Basic (hidden, 12 bytes)"),
            ("Cookie", "id=S3CR3T", "(hidden, 9 bytes)"), ("Set-Cookie", "id=S3CR3T", "(hidden, 9 bytes)"),
        ])
    func masks(_ accept: String, _ secret: (name: String, value: String, shown: String)) async throws {
        let name = try #require(HTTPField.Name(secret.name))
        let response = try await diagnose(fields: [name: secret.value], accept: accept)
        #expect(!response.text.contains("S3CR3T"))
        #expect(response.text.contains(secret.shown))
    }

    @Test("Every byte that HTML reads is escaped")
    func escapes() async throws {
        let fields: HTTPFields = [.userAgent: "<script>\"\u{301}'&"]
        let text = try await diagnose("/%3Cb%3E?%3Ci", fields: fields, accept: "text/html").text
        #expect(text.contains("&lt;script&gt;&quot;\u{301}&#39;&amp;"))
        #expect(text.contains("/&lt;b&gt;"))
        #expect(!text.contains("<script") && !text.contains("<b>"))
    }

    @Test("Control characters in a decoded path take no effect on a terminal")
    func control() async throws {
        #expect(try await diagnose("/%1B%5B2J").text.contains("/␛[2J\n"))
    }

    @Test("A plain connection says so, and its JSON has no tls")
    func plain() async throws {
        let connection = ConnectionFacts.forTesting(remote: Endpoint(host: "", port: nil), tls: nil)
        #expect(try await diagnose(connection: connection).text.contains("none: a plain connection"))
        #expect(try await diagnose(connection: connection).text.contains("Client          unix socket\n"))
        #expect(
            try await !diagnose(accept: "application/json", connection: connection).text.contains(
                #""tls" : {"#))
    }

    @Test("A resumed session and a client's certificate are shown")
    func tls() async throws {
        let tls = TLSDetails.forTesting(
            alpn: nil, serverName: nil, isResumed: true,
            clientCertificate: CertificateDetails(
                subject: "CN=me", issuer: "CN=us", alternativeNames: ["email:me@a.test"], sha256: "abcd"))
        let text = try await diagnose(connection: .forTesting(tls: tls)).text
        #expect(text.contains("Session             resumed, no certificate shown\n"))
        #expect(text.contains("Client certificate  CN=me\n"))
        #expect(text.contains("Issuer   CN=us\n"))
        #expect(text.contains("Names    email:me@a.test\n"))
        #expect(text.contains("SHA-256  abcd\n"))
        #expect(text.contains("ALPN                none\n"))
    }

    /// A handshake with everything to tell.
    private var handshake: TLSHandshake {
        let offer = ClientOffer(
            versions: ["TLS 1.3", "TLS 1.2"], cipherSuites: ["TLS_AES_128_GCM_SHA256", "GREASE 0x0a0a"],
            groups: ["x25519", "0x7fff"], signatureSchemes: ["ed25519"], applicationProtocols: ["h2", "<b>"],
            extensions: ["server_name", "key_share"], ja3: "0123", ja3Text: "771,4865,,,",
            ja4: "t13d0102h2_1_2", ja4Text: "t13d0102h2_1301_0000")
        let now = TestClock().now.seconds
        func certificate(_ name: String, days: Int64) -> CertificateDetails {
            CertificateDetails(
                subject: "CN=\(name)", issuer: "CN=issuer of \(name)", alternativeNames: [name, "127.0.0.1"],
                notBefore: 0, notAfter: now + days * 86_400 + 3_600, sha256: "ab\(name)")
        }
        return TLSHandshake(
            offer: offer, signatureScheme: "ecdsa_secp256r1_sha256", refusedEarlyData: true,
            kernelTLS: .ready,
            serverChain: [certificate("leaf", days: 89), certificate("middle", days: 1)], origin: .credential,
            clientChain: [certificate("client", days: -1)])
    }

    @Test(
        "What the handshake said is shown, certificates with their days",
        arguments: [
            "Signature           ecdsa_secp256r1_sha256", "Early data          sent, and refused",
            "Kernel TLS          from the first large file on", "Versions           TLS 1.3, TLS 1.2",
            "Cipher suites      TLS_AES_128_GCM_SHA256, GREASE 0x0a0a", "Groups             x25519, 0x7fff",
            "Signature schemes  ed25519", "ALPN               h2, <b>",
            "Extensions         server_name, key_share",
            "JA3                0123", "JA3 text           771,4865,,,", "JA4                t13d0102h2_1_2",
            "JA4 text           t13d0102h2_1301_0000", "Obtained by  a credential of the service manager",
            "Subject      CN=leaf", "Names        leaf, 127.0.0.1", "Issuer       CN=issuer of leaf",
            "SHA-256      ableaf", "Subject      CN=middle", "Subject  CN=client",
            "TLS library       OpenSSL 3.0.0",
            "Ticket key age    1 min 0 s",
        ])
    func handshakeText(_ line: String) async throws {
        let tls = TLSDetails.forTesting(handshake: handshake)
        let text = try await diagnose(connection: .forTesting(tls: tls), server: server).text
        #expect(text.contains("  \(line)\n"), "\(text)")
        #expect(text.contains("Z, 89 days left\n") && text.contains("Z, 1 day left\n"))
        #expect(text.contains("Z, expired\n"))
    }

    @Test("The JSON of a handshake has lists, numbers and flags")
    func handshakeJSON() async throws {
        let tls = TLSDetails.forTesting(handshake: handshake)
        let response = try await diagnose(accept: "application/json", connection: .forTesting(tls: tls))
        let text = response.text.filter { !$0.isWhitespace }
        for pair in [
            #""cipher_suites":["TLS_AES_128_GCM_SHA256","GREASE0x0a0a"]"#, #""versions":["TLS1.3","TLS1.2"]"#,
            #""alpn":["h2","<b>"]"#, #""extensions":["server_name","key_share"]"#, #""ja3":"0123""#,
            #""ja3_text":"771,4865,,,""#, #""ja4":"t13d0102h2_1_2""#, #""ja4_text":"t13d0102h2_1301_0000""#,
            #""signature_scheme":"ecdsa_secp256r1_sha256""#, #""early_data_refused":true"#,
            #""kernel_tls":"ready""#, #""certificate_origin":"credential""#,
            #""days_left":89"#, #""days_left":-1"#, #""alternative_names":["leaf","127.0.0.1"]"#,
            #""sha256":"ableaf""#, #""not_before":"1970-01-01T00:00:00Z""#, #""tls_library":"OpenSSL3.0.0""#,
            #""ticket_key_age_seconds":60"#, #""server_certificates":[{"#, #""client_certificates":[{"#,
        ] {
            #expect(text.contains(pair), "\(pair)")
        }
    }

    @Test("What a client offers is escaped in HTML")
    func handshakeHTML() async throws {
        let tls = TLSDetails.forTesting(handshake: handshake)
        let response = try await diagnose(accept: "text/html", connection: .forTesting(tls: tls))
        #expect(response.text.contains("h2, &lt;b&gt;"))
        #expect(!response.text.contains("<b>"))
    }

    @Test("A resumed session shows no certificates")
    func withoutCertificates() async throws {
        let handshake = TLSHandshake(offer: nil, signatureScheme: nil)
        let tls = TLSDetails.forTesting(isResumed: true, handshake: handshake)
        let text = try await diagnose(connection: .forTesting(tls: tls)).text
        #expect(!text.contains("Server certificate") && !text.contains("Obtained by"))
        #expect(
            text.contains("Early data          none\n") && text.contains("Kernel TLS          off\n"))
    }

    @Test("A proxy in front is named")
    func proxy() async throws {
        let connection = ConnectionFacts.forTesting(proxy: Endpoint(host: "10.0.0.1", port: 4_711))
        #expect(
            try await diagnose(connection: connection).text.contains("Proxy           10.0.0.1 port 4711\n"))
        #expect(
            try await diagnose(accept: "application/json", connection: connection).text.contains(
                #""proxy_address" : "10.0.0.1""#))
    }

    @Test("No cache keeps it")
    func noStore() async throws {
        #expect(try await diagnose().fields[.cacheControl] == "no-store")
    }

    @Test(
        "Durations are shown in their two largest units",
        arguments: [
            (0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3_661, "1 h 1 min"), (90_000, "1 d 1 h"),
            (86_400, "1 d 0 h"),
        ] as [(Int64, String)])
    func spans(_ seconds: Int64, _ text: String) {
        #expect(span(seconds) == text)
    }

    @Test(
        "Sizes are shown to one decimal",
        arguments: [
            (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_536, "1.5 KiB"), (1_048_575, "1023.9 KiB"),
            (1_048_576, "1.0 MiB"), (10 << 30, "10.0 GiB"), (.max, "15.9 EiB"),
        ] as [(UInt64, String)])
    func sizes(_ bytes: UInt64, _ text: String) {
        #expect(size(bytes) == text)
    }
}
