import Glibc
import Logging
import SystemPackage
import Testing

@testable import Supervision

func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

extension AccessRecord {
    static let example = AccessRecord(
        method: "GET", target: "/a/b?c", version: "HTTP/1.1", status: 200, bytes: 12,
        durationMicroseconds: 3045,
        requestNumber: 0xA1, remoteHost: "192.0.2.1", remotePort: 5000, handler: "/a",
        serverName: "localhost",
        tlsVersion: "TLSv1.3", tlsCipher: "TLS_AES_256_GCM_SHA384", userAgent: "curl/8.0 (x)")
}

private func entry(
    _ message: String, _ level: Logger.Level = .info, _ metadata: Logger.Metadata = [:],
    logger: Logger.Metadata = [:], error: (any Error)? = nil
) -> LogEntry {
    let event = LogEvent(
        level: level, message: "\(message)", error: error, metadata: metadata, source: nil,
        file: "Server/A.swift",
        function: "serve()", line: 7)
    return LogEntry(.event(event, loggerMetadata: logger), time: (1_763_720_125, 7_123_456))
}

private func line(_ entry: LogEntry, _ format: LineFormat = LineFormat(prefix: .none)) -> String {
    var bytes: [UInt8] = []
    format.append(entry, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}

private func fields(_ entry: LogEntry) -> [String] {
    var fields = JournalFields()
    fields.append(entry)
    return fields.texts
}

@Suite struct LogTextTests {
    @Test("a line has the time in UTC, the level, the message, and metadata in order")
    func lines() {
        let line = line(
            entry(
                "ready", .notice, ["port": "8443", "name": "a b", "n": .stringConvertible(3)],
                logger: ["pid": "1"]),
            LineFormat(prefix: .time))
        #expect(line == "2025-11-21T10:15:25.007Z notice: ready n=3 name=\"a b\" pid=1 port=8443\n")
    }

    @Test(
        "RFC 3339: times are right around leap days and years",
        arguments: [
            (0, "1970-01-01T00:00:00"), (951_782_399, "2000-02-28T23:59:59"),
            (951_868_799, "2000-02-29T23:59:59"),
            (1_709_251_199, "2024-02-29T23:59:59"), (1_735_689_599, "2024-12-31T23:59:59"),
            (1_795_257_325, "2026-11-21T10:35:25"), (4_107_542_400, "2100-03-01T00:00:00"),
        ])
    func times(seconds: Int, expected: String) {
        var bytes: [UInt8] = []
        bytes.appendTime((seconds, 999_999_999))
        #expect(String(decoding: bytes, as: UTF8.self) == expected + ".999Z")
    }

    @Test(
        "numbers of any size are in decimal",
        arguments: [(0, "0"), (7, "7"), (10, "10"), (999, "999"), (UInt64.max, "18446744073709551615")])
    func numbers(number: UInt64, expected: String) {
        var record = AccessRecord.example
        record.bytes = number
        record.durationMicroseconds = 5
        #expect(line(LogEntry(.access(record))).contains(" 200 \(expected) B 0.005 ms "))
    }

    @Test("sd-daemon(3): lines for journald begin with their priority")
    func priority() {
        #expect(line(entry("x", .error), LineFormat(prefix: .priority)) == "<3>error: x\n")
    }

    @Test("colour is for the level alone")
    func colour() {
        let format = LineFormat(prefix: .none, isColoured: true)
        #expect(line(entry("x", .error), format) == "\u{1B}[31merror\u{1B}[0m: x\n")
        #expect(line(entry("x", .info), format) == "info: x\n")
    }

    @Test(
        "no control character reaches a log, so that no client can write lines of its own",
        arguments: [
            ("a\nb", "a\\nb"), ("\r\t\u{1B}[2J", "\\r\\t\\x1b[2J"), ("\0\u{7F}", "\\x00\\x7f"),
            ("\u{9B}31m", "\\u{9b}31m"), ("\u{202E}gpj", "\\u{202e}gpj"), ("\u{2028}", "\\u{2028}"),
            ("Grüße, – “x” ✓", "Grüße, – “x” ✓"),
        ])
    func scrubbing(text: String, expected: String) {
        #expect(line(entry(text)) == "info: \(expected)\n")
        #expect(fields(entry(text)).contains("MESSAGE=\(expected)"))
        #expect(fields(entry("m", .info, ["k": .string(text)])).contains("K=\(expected)"))
        let value = line(entry("m", .info, ["k": .string(text)]))
        #expect(value.unicodeScalars.dropLast().allSatisfy { !$0.isUnsafeInLogs })
    }

    @Test("a value cannot pass for another key")
    func quoting() {
        #expect(line(entry("m", .info, ["a": "1 b=2"])) == "info: m a=\"1 b=2\"\n")
        #expect(line(entry("m", .info, ["a": "\"\\"])) == "info: m a=\"\\\"\\\\\"\n")
        #expect(line(entry("m", .info, ["a": ""])) == "info: m a=\"\"\n")
    }

    @Test(
        "secrets are masked",
        arguments: ["authorization", "Authorization", "cookie", "Set-Cookie", "set_cookie", "private_key"])
    func secrets(key: String) {
        #expect(line(entry("m", .info, [key: "hunter2"])) == "info: m \(key)=(masked)\n")
        #expect(
            !fields(entry("m", .info, ["fields": .dictionary([key: ["hunter2"]])])).joined().contains(
                "hunter2"))
    }

    @Test("systemd.journal-fields(7): an event has message, priority, identifier and place")
    func journalFields() {
        #expect(
            fields(entry("hello", .warning, ["tls.alert": "42"], logger: ["worker": "1"])) == [
                "SYSLOG_IDENTIFIER=portico", "MESSAGE=hello tls.alert=42 worker=1", "PRIORITY=4",
                "CODE_FILE=Server/A.swift",
                "CODE_LINE=7",
                "CODE_FUNC=serve()", "TLS_ALERT=42", "WORKER=1",
            ])
    }

    @Test(
        "syslog(3): levels are priorities",
        arguments: zip(Logger.Level.allCases, [7, 7, 6, 5, 4, 3, 2]))
    func priorities(level: Logger.Level, priority: Int) {
        #expect(fields(entry("x", level)).contains("PRIORITY=\(priority)"))
    }

    @Test("the kind of an event, or a message_id of its own, becomes MESSAGE_ID")
    func messageID() {
        let id = "0123456789abcdef0123456789abcdef"
        #expect(
            fields(entry("x", .info, ["event": "ready"])).contains("MESSAGE_ID=\(EventKind.ready.messageID)"))
        #expect(fields(entry("x", .info, ["message_id": .string(id)])).contains("MESSAGE_ID=\(id)"))
        #expect(fields(entry("x", .info, ["event": "other"])).contains("EVENT=other"))
        #expect(!fields(entry("x", .info, ["message_id": "no"])).contains("MESSAGE_ID=no"))
    }

    @Test("keys that only machines read are no part of a line or a message")
    func fieldOnly() {
        let entry = entry("m", .info, ["event": "ready", "config_file": "f", "config_line": "3", "k": "v"])
        #expect(line(entry) == "info: m k=v\n")
        #expect(fields(entry).contains("MESSAGE=m k=v"))
        #expect(
            fields(entry).suffix(4) == [
                "CONFIG_FILE=f", "CONFIG_LINE=3", "MESSAGE_ID=\(EventKind.ready.messageID)", "K=v",
            ])
    }

    @Test(
        "systemd.journal-fields(7): names are A-Z, 0-9, _; not first; at most 64 bytes; ours are ours",
        arguments: [
            ("key", "KEY"), ("request-id", "REQUEST_ID"), ("_PID", "PORTICO_PID"), ("1st", "PORTICO_1ST"),
            ("message", "PORTICO_MESSAGE"), ("größe", "GR__E"), ("", "PORTICO_"),
            (String(repeating: "k", count: 80), String(repeating: "K", count: 64)),
        ])
    func fieldNames(key: String, name: String) {
        #expect(fieldName(key) == name)
    }

    @Test("nested metadata is flat in the journal: one field for each element")
    func nested() {
        let fields = fields(entry("m", .info, ["files": ["a", "b"], "tls": ["alert": "42"]]))
        #expect(fields.suffix(3) == ["FILES=a", "FILES=b", "TLS_ALERT=42"])
    }

    @Test("an error that is logged is in the entry")
    func errors() {
        let error = SupervisionError(.signal, errno: .invalidArgument, context: "signalfd")
        #expect(fields(entry("m", .error, error: error)).last == "ERROR=\(error)")
    }

    @Test("an access record is one structured entry in the journal")
    func accessFields() {
        #expect(
            fields(LogEntry(.access(.example))) == [
                "SYSLOG_IDENTIFIER=portico",
                "MESSAGE=192.0.2.1:5000 GET /a/b HTTP/1.1 200 12 B 3.045 ms id=00000000000000a1 handler=/a "
                    + "sni=localhost tls=TLSv1.3 agent=\"curl/8.0 (x)\"",
                "PRIORITY=6", "MESSAGE_ID=\(EventKind.access.messageID)", "HTTP_METHOD=GET", "HTTP_PATH=/a/b",
                "HTTP_VERSION=HTTP/1.1", "HTTP_STATUS=200", "HTTP_BYTES=12", "DURATION_USEC=3045",
                "REQUEST_ID=00000000000000a1",
                "REMOTE_ADDR=192.0.2.1:5000", "TLS_VERSION=TLSv1.3", "TLS_CIPHER=TLS_AES_256_GCM_SHA384",
                "TLS_SNI=localhost", "HANDLER=/a", "HTTP_USER_AGENT=curl/8.0 (x)",
            ])
    }

    @Test(
        "a client is told with its port, an IPv6 address in brackets, a unix socket by its path",
        arguments: [
            ("::1", UInt16?(80), "[::1]:80"), ("192.0.2.1", 80, "192.0.2.1:80"),
            ("/run/a", nil, "unix:/run/a"),
        ])
    func client(host: String, port: UInt16?, text: String) {
        var record = AccessRecord.example
        (record.remoteHost, record.remotePort) = (host, port)
        #expect(fields(LogEntry(.access(record))).contains("REMOTE_ADDR=\(text)"))
        #expect(line(LogEntry(.access(record))).hasPrefix("info: \(text) GET "))
    }

    @Test(
        "an access record has room for texts of which each byte is escaped",
        arguments: ["\u{1B}", "\"", "\u{85}", "\u{FEFF}"])
    func escapedThroughout(character: String) {
        let text = String(repeating: character, count: 1000)
        let record = AccessRecord(
            method: text, target: text, version: text, status: Int.max, bytes: .max,
            durationMicroseconds: .max, requestNumber: .max, remoteHost: text, remotePort: nil, handler: text,
            serverName: text, tlsVersion: text, userAgent: text)
        let line = line(LogEntry(.access(record)))
        #expect(!line.unicodeScalars.dropLast().contains { $0.isUnsafeInLogs })
        #expect(line.unicodeScalars.filter { $0 == "\\" }.count == 8000)
    }

    @Test("an access record is one line on standard error, whatever the client sent")
    func accessLine() {
        var record = AccessRecord.example
        record.target = "/x HTTP/1.1 200\nfake"
        record.userAgent = "\u{1B}[31m\""
        #expect(
            line(LogEntry(.access(record)))
                == "info: 192.0.2.1:5000 GET \"/x HTTP/1.1 200\\nfake\" HTTP/1.1 200 12 B 3.045 ms "
                + "id=00000000000000a1 handler=/a sni=localhost tls=TLSv1.3 agent=\"\\x1b[31m\\\"\"\n")
    }
}
