// HTTP/2 beyond what every transport's tests say: the rules of its framing, its streams, windows and priorities.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("HTTP/2", .timeLimit(.minutes(1)))
    struct HTTP2Tests {
        static let sections = [
            "RFC 9113 §3", "RFC 9113 §4", "RFC 9113 §5", "RFC 9113 §6", "RFC 9113 §7", "RFC 9113 §8",
            "RFC 7540", "RFC 7541", "RFC 8441", "RFC 9110", "RFC 9112", "RFC 9218",
        ]

        @Test("A client that breaks a rule gets the error that the rule has for it", arguments: sections)
        func breaksRule(section: String) throws {
            let server = try probeServer(server: "log_level = notice")
            let result = try run(
                "python3", Scripts.path("http2_rules.py"), "\(server.port(.http2))",
                server.authority.string, section)
            #expect(result.status == 0, "\(result.output)\(result.error)")
        }

        static let manners = [
            "trailers", "head", "mirrored", "cookies", "connection_fields", "priorities", "window",
            "answered_early",
        ]

        @Test("A client that keeps the rules gets what RFC 9113 and RFC 9218 promise", arguments: manners)
        func keepsRules(name: String) throws {
            let server = try probeServer()
            try server.expectManners(name)
        }

        @Test("RFC 9113 §5.4: a reset stream cancels its handler, and so does the end of the connection")
        func cancel() throws {
            let server = try probeServer()
            try server.expectManners("cancel")
            var line = -1
            for _ in 1...3 {
                line = try server.log.wait(from: line + 1, containing: "probe is done", "cancelled=true")
            }
            line = -1
            for _ in 1...3 {
                line = try server.log.wait(from: line + 1, containing: "POST /probe/wait HTTP/2 499")
            }
        }

        @Test(
            "RFC 9113 §5.2: a hundred responses that nobody reads are bounded", arguments: ["unread", "shut"])
        func unreadResponses(name: String) throws {
            let server = try probeServer(server: "workers = 1\nlog_level = notice")
            #expect(try server.curl("/echo", .http2).status == 0)
            let (memory, descriptors) = (try server.status("VmHWM"), server.descriptorCount)
            try server.expectManners(name)
            // 64 KiB of content for each stream, and twice that while it is moved.
            let growth = try server.growth(of: "VmHWM", since: memory)
            #expect(growth < 100 * 192 + 8192, "\(growth) KiB")
            #expect(try server.curl("/echo", .http2).status == 0)
            #expect(server.descriptorCount <= descriptors + 100)
        }

        static let uploads = [("/echo", "413"), ("/probe/count", "200")]

        @Test("RFC 9113 §5.2: a large upload takes no memory, whether it is read or not", arguments: uploads)
        func upload(path: String, status: String) throws {
            let server = try probeServer(server: "body_bytes = infinity")
            #expect(try server.curl("/echo", .http2).status == 0)
            try server.folder.resize("upload", to: 128 << 20)
            let before = try server.status("VmHWM")
            let result = try server.curl(
                path, .http2, "-X", "POST", "-H", "Expect:", "-H",
                "Content-Type: application/x-www-form-urlencoded", "-T", server.folder["upload"].string, "-o",
                "/dev/null", "-w", "%{http_code}")
            #expect(result.output == status, "\(result.error)")
            let growth = try server.growth(of: "VmHWM", since: before)
            #expect(growth < 16 * 1024, "\(growth) KiB")
        }

        @Test("A connection that asks for nothing, or takes nothing, costs no processor time")
        func quiet() throws {
            let timeouts = """
                workers = 1
                header_timeout = 100ms
                body_timeout = 100ms
                write_timeout = 200ms
                idle_timeout = 1s
                log_level = notice
                """
            let server = try probeServer(server: timeouts)
            for name in ["idle", "stalled"] {
                let before = try server.processorTime()
                try server.expectManners(name)
                let spent = try server.processorTime() - before
                #expect(spent < 40, "\(name): \(spent) hundredths of a second")
            }
        }

        @Test("RFC 9218 §10: write_timeout doesn't cut what waits for more urgent content")
        func outranked() throws {
            try probeServer(server: "write_timeout = 300ms").expectManners("outranked")
        }

        @Test("requests_per_connection: GOAWAY, and all that was asked for is answered")
        func requestsPerConnection() throws {
            try probeServer(server: "requests_per_connection = 2").expectManners("last_requests")
        }

        @Test("connections_per_address: one more gets 503 and GOAWAY")
        func connectionsPerAddress() throws {
            try probeServer(server: "connections_per_address = 1").expectManners("not_admitted")
        }

        @Test("RFC 6585 §5, RFC 9110 §15.5.15: fields and targets beyond the limits are refused one by one")
        func fields() throws {
            let limits = "header_bytes = 2K\nheader_fields = 10\nrequest_line_bytes = 100"
            try probeServer(server: limits).expectManners("fields")
        }

        @Test("[http2] streams and window are the SETTINGS")
        func settings() throws {
            try probeServer("[http2]\nstreams = 2\nwindow = 1000\n").expectManners("streams")
        }

        @Test("[http2] enabled = no offers HTTP/1.1 only")
        func disabled() throws {
            let server = try probeServer("[http2]\nenabled = no\n")
            let result = try run(
                "curl", "-sS", "--http2", "--cacert", server.authority.string, "--resolve",
                "localhost:\(server.port(.tls)):127.0.0.1", "-o", "/dev/null", "-w", "%{http_version}",
                server.url("/echo"))
            #expect(result.output == "1.1")
        }

        @Test("RFC 9113 §3.1: Upgrade: h2c is passed over on HTTP/1.1", arguments: Transport.http1)
        func upgrade(transport: Transport) throws {
            let server = try PorticoProcess()
            let client = try RawClient(server, transport)
            let response = try client.exchange(
                "GET /echo?text=a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                    + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n")
            #expect(response.status == 200)
            #expect(response["Upgrade"] == nil)
            #expect(response.body == "You submitted text = a\n")
            #expect(try client.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
        }

        @Test("SIGTERM: GOAWAY twice, streams under way finish, and the process ends with 0")
        func drain() throws {
            let server = try probeServer()
            let client = try Program(server.manners("drain"))
            try client.waitForError(containing: "ready")
            server.signal(SIGTERM)
            let result = try client.finish()
            #expect(result.status == 0, "\(result.error)")
            #expect(try server.waitForExit() == 0)
        }

        @Test("The access log names the version")
        func accessLog() throws {
            let server = try PorticoProcess()
            #expect(try server.curl("/echo?text=a", .http2).status == 0)
            try server.log.wait(containing: "GET /echo HTTP/2 200 23 B", "tls=TLSv1.3", "agent=curl/")
        }
    }
}

/// A daemon with the module `probe`, and files of zeros.
func probeServer(server: String = "", _ sections: String = "") throws -> PorticoProcess {
    let folder = try TemporaryFolder()
    try folder.resize("www/large", to: 1 << 30)
    try folder.resize("www/middle", to: 1 << 20)
    return try PorticoProcess(
        server: server, sections + Configuration.probe + Configuration.files(folder["www"]),
        program: PorticoProcess.probe, in: folder)
}

extension PorticoProcess {
    /// A command that runs one of the functions in Tests/Clients/http2_manners.py.
    func manners(_ name: String) -> [String] {
        ["python3", Scripts.path("http2_manners.py"), "\(port(.http2))", authority.string, name]
    }

    func expectManners(_ name: String) throws {
        let result = try run(manners(name))
        #expect(result.status == 0, "\(name): \(result.error)")
    }
}
