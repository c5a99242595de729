import SystemPackage
import Testing

@testable import Supervision

@Suite("Forms of the access log")
struct AccessFormatTests {
    /// 2026-11-21T10:35:25.123Z
    private let time = (seconds: 1_795_257_325, nanoseconds: 123_000_000)

    private func line(_ record: AccessRecord, _ format: AccessFormat) -> String {
        var bytes: [UInt8] = []
        format.append(record, at: time, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private var record: AccessRecord {
        var record = AccessRecord(
            method: "GET", target: "/a?b=c", version: "HTTP/2", status: 200, bytes: 12,
            durationMicroseconds: 345,
            requestNumber: 0xABC, remoteHost: "192.0.2.1", remotePort: 5000, handler: "/",
            serverName: "localhost",
            tlsVersion: "TLSv1.3", tlsCipher: "TLS_AES_256_GCM_SHA384", userAgent: "curl/8", user: "alice")
        record.referer = "https://localhost/"
        return record
    }

    @Test("common: as Apache httpd's %h %l %u %t \"%r\" %>s %B")
    func common() {
        #expect(
            line(record, .common)
                == "192.0.2.1 - alice [21/Nov/2026:10:35:25 +0000] \"GET /a?b=c HTTP/2\" 200 12\n")
    }

    @Test("combined: with Referer and User-Agent; what isn't there is a dash")
    func combined() {
        #expect(line(record, .combined).hasSuffix(" 200 12 \"https://localhost/\" \"curl/8\"\n"))
        var bare = record
        (bare.user, bare.referer, bare.userAgent, bare.remotePort) = (nil, nil, nil, nil)
        bare.remoteHost = ""
        #expect(
            line(bare, .combined)
                == "unix: - - [21/Nov/2026:10:35:25 +0000] \"GET /a?b=c HTTP/2\" 200 12 \"-\" \"-\"\n")
    }

    @Test("json: an object a line, without what isn't known")
    func json() {
        #expect(
            line(record, .json)
                == "{\"time\":\"2026-11-21T10:35:25.123Z\",\"remote_addr\":\"192.0.2.1\",\"remote_port\":5000,"
                + "\"user\":\"alice\",\"method\":\"GET\",\"target\":\"/a?b=c\",\"version\":\"HTTP/2\",\"status\":200,"
                + "\"bytes\":12,\"duration_us\":345,\"request_id\":\"0000000000000abc\",\"handler\":\"/\","
                + "\"server_name\":\"localhost\",\"tls_version\":\"TLSv1.3\","
                + "\"tls_cipher\":\"TLS_AES_256_GCM_SHA384\",\"referer\":\"https://localhost/\","
                + "\"user_agent\":\"curl/8\"}\n")
    }

    static let hostile = "a\r\n1.2.3.4 - - \"x\" \\ \u{1b}[2J\u{7f}\u{85}\u{2028}\u{202e}é"

    @Test("CWE-117: no value of a client ends its line or its quotes", arguments: AccessFormat.allCases)
    func hostile(format: AccessFormat) {
        var evil = record
        (evil.method, evil.target, evil.user) = (Self.hostile, Self.hostile, Self.hostile)
        (evil.referer, evil.userAgent, evil.serverName) = (Self.hostile, Self.hostile, Self.hostile)
        let line = line(evil, format)
        #expect(line.utf8.count { $0 == 0x0A } == 1)
        #expect(!line.unicodeScalars.dropLast().contains { $0.isUnsafeInLogs })
        let quotes = line.replacing("\\\\", with: "").replacing("\\\"", with: "").utf8.count { $0 == 0x22 }
        switch format {
        case .common: #expect(quotes == 2)
        case .combined: #expect(quotes == 6)
        // A pair for the name of each member, and one for each of them but four numbers.
        case .json: #expect(quotes == 17 * 2 + 13 * 2)
        }
        if format != .json {
            #expect(line.contains("\"a\\x0d\\x0a1.2.3.4 - - \\\"x\\\" \\\\ \\x1b[2J\\x7f\\xc2\\x85"))
            #expect(line.contains(" - a\\x0d\\x0a1.2.3.4\\x20-\\x20-\\x20\\\"x"))
        } else {
            #expect(
                line.contains(
                    "\"a\\u000d\\u000a1.2.3.4 - - \\\"x\\\" \\\\ \\u001b[2J\\u007f\\u0085\\u2028\\u202eé\""))
        }
    }
}
