import FuzzProperties
import HTTPCore
import HTTPTypes
import HTTPWire
import Testing

@Suite("Request heads")
struct RequestParserTests {
    @Test("RFC 9112 §3: a request line and its fields")
    func simple() throws {
        let head = try #require(
            try parse(
                "POST /a%20b?c HTTP/1.1\r\nHost: localhost:8443\r\nX-A:  b c\t \r\nx-a:\r\nContent-Length: 5\r\n\r\nhello"
            ))
        #expect(head.request.method == .post)
        #expect(head.request.path == "/a%20b?c")
        #expect(head.request.scheme == nil)
        #expect(head.request.authority == "localhost:8443")
        #expect(head.target.path == "/a b")
        #expect(head.version == .http11)
        #expect(head.framing == .length(5))
        #expect(head.keepAlive)
        #expect(!head.expectsContinue)
        #expect(head.request.headerFields.map(\.name.rawName) == ["X-A", "x-a", "Content-Length"])
        #expect(head.request.headerFields.map(\.value) == ["b c", "", "5"])
    }

    @Test(
        "RFC 9110 §5.1: names are compared without case, and keep the client's spelling",
        arguments: ["User-Agent", "user-agent", "uSER-aGENT", "USER-AGENT"])
    func spelling(name: String) throws {
        let head = try #require(try parse("GET / HTTP/1.1\r\nhOsT: a\r\n\(name): x\r\n\r\n"))
        #expect(head.request.headerFields[.userAgent] == "x")
        #expect(head.request.headerFields.first?.name.rawName == name)
        #expect(head.request.authority == "a")
    }

    @Test("RFC 9110 §5.5: bytes that are not UTF-8 are kept")
    func obsText() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0x61, 0xFF] + Array("\r\n\r\n".utf8)
        var parser = RequestParser()
        guard case .head(let head, _) = try parser.parse(bytes.span) else {
            Issue.record("the head is complete")
            return
        }
        #expect(
            head.request.headerFields.first == HTTPField(name: try #require(.init("X")), value: [0x61, 0xFF]))
    }

    @Test(
        "RFC 9112 §2.2: one or two empty lines before the request line are skipped",
        arguments: ["\r\n", "\r\n\r\n"])
    func leadingLines(lines: String) throws {
        #expect(
            parse(
                Array((lines + "GET / HTTP/1.1\r\nHost: a\r\n\r\n").utf8),
                ends: [100].map { min($0, lines.utf8.count + 27) })?.consumed == lines.utf8.count + 27)
        #expect(refusal(lines + "\r\n\r\n\r\nGET") != nil)
    }

    @Test(
        "RFC 9112 §9.3: whether the connection goes on",
        arguments: [
            ("1.1", "", true), ("1.1", "Connection: close\r\n", false),
            ("1.1", "Connection: keep-alive, CLOSE\r\n", false),
            ("1.1", "Connection: Upgrade\r\nConnection: close\r\n", false),
            ("1.1", "Connection: Upgrade\r\nUpgrade: x\r\n", true),
            ("1.0", "", false), ("1.0", "Connection: keep-alive\r\n", true),
            ("1.0", "Connection: x, Keep-Alive\r\n", true),
            ("1.0", "Connection: keep-alive, close\r\n", false), ("1.7", "", true),
            ("1.1", "Connection: closed\r\n", true),
        ])
    func keepAlive(version: String, fields: String, expected: Bool) throws {
        #expect(try parse("GET / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n")?.keepAlive == expected)
    }

    @Test(
        "RFC 9112 §6.3: how content is delimited",
        arguments: [
            ("", .none), ("Content-Length: 0\r\n", .none), ("Content-Length: 42\r\n", .length(42)),
            ("Content-Length:\t003 \r\n", .length(3)), ("Transfer-Encoding: chunked\r\n", .chunked),
            ("transfer-encoding: Chunked \r\n", .chunked),
            ("Content-Length: 900000000000000000\r\n", .length(900_000_000_000_000_000)),
        ] as [(String, BodyFraming)])
    func framing(fields: String, expected: BodyFraming) throws {
        for method in ["GET", "POST", "FOO"] {
            #expect(try parse("\(method) / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")?.framing == expected)
        }
    }

    @Test(
        "RFC 9110 §10.1.1: Expect",
        arguments: [
            ("1.1", "Content-Length: 5\r\n", true), ("1.1", "Transfer-Encoding: chunked\r\n", true),
            ("1.1", "", false),
            ("1.1", "Content-Length: 0\r\n", false), ("1.0", "Content-Length: 5\r\n", false),
            ("1.1", "Expect: ,100-CONTINUE ,\r\nContent-Length: 5\r\n", true),
            ("1.1", "Expect:\r\nContent-Length: 5\r\n", true),
        ])
    func expect(version: String, fields: String, expected: Bool) throws {
        let head = try parse("POST / HTTP/\(version)\r\nHost: a\r\nExpect: 100-Continue\r\n\(fields)\r\n")
        #expect(head?.expectsContinue == expected)
    }

    @Test("RFC 9112 §3.2.2: an absolute-form's authority wins over Host")
    func absoluteForm() throws {
        let head = try #require(try parse("GET http://one:1/p?q HTTP/1.1\r\nHost: two\r\n\r\n"))
        #expect(head.request.authority == "one:1")
        #expect(head.target.path == "/p")
        #expect(head.request.path == "http://one:1/p?q")
    }

    @Test("RFC 9112 §3.2: HTTP/1.0 needs no Host; OPTIONS may ask for *, an unknown method passes")
    func otherForms() throws {
        #expect(try parse("GET / HTTP/1.0\r\n\r\n")?.request.authority == nil)
        #expect(try parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")?.target.form == .asterisk)
        #expect(try parse("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")?.request.authority == "a:443")
        #expect(try parse("FOO!bar / HTTP/1.1\r\nHost: a\r\n\r\n")?.request.method.rawValue == "FOO!bar")
    }

    @Test("Requests that follow each other are read one by one, each with its own fields")
    func pipelining() throws {
        let requests = [
            "GET /1 HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nAccept: y\r\n\r\n",
            "GET /1 HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nAccept: y\r\n\r\n",
            "GET /2 HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nAccept: z\r\n\r\n",
            "GET /2 HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nReferer: r\r\nAccept: z\r\n\r\n",
            "GET /2 HTTP/1.1\r\nHost: b\r\nAccept: z\r\n\r\n",
            "POST /2 HTTP/1.1\r\nHost: b\r\nAccept: z\r\nContent-Length: 0\r\n\r\n",
            "POST /2 HTTP/1.1\r\nhost: b\r\naccept: z\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
            "GET /3 HTTP/1.0\r\n\r\n",
            "GET /1 HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\nAccept: y\r\n\r\n",
        ]
        var parser = RequestParser()
        var rest = Array(requests.joined().utf8)
        for request in requests {
            let later = ParsedRequest(rest, ends: [rest.count], &parser)
            #expect(later.head != nil)
            #expect(later == parse(Array(request.utf8), ends: [request.utf8.count]))
            rest.removeFirst(later.consumed)
        }
        #expect(rest.isEmpty)
    }

    @Test("Field by field a connection's requests do not see what earlier ones said")
    func repeatedFraming() throws {
        var parser = RequestParser()
        let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        for _ in 0..<3 {
            guard case .head(let head, _) = try parser.parse(chunked.utf8.span) else { continue }
            #expect(head.framing == .chunked)
        }
        let both =
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
        let error = #expect(throws: RequestFailure.self) { _ = try parser.parse(both.utf8.span) }
        #expect(error?.code == .invalidTransferCoding)
    }
}
