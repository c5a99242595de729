// HTTP/2 requests: what a field section says, what is answered and what is reset.
import HTTPCore
import HTTPTypes
import HTTPWire
import Testing

private let protocolErrorCode = HTTP2ErrorCode.protocolError.rawValue

@Suite("HTTP/2 requests")
struct HTTP2RequestTests {
    @Test("RFC 9113 §8.3.1: pseudo-header fields make the request line")
    func head() throws {
        let link = try HTTP2Link()
        try link.feed(request(1, fields("GET", "/a%20b?q=1", [("accept", "*/*"), ("x-y", "z")])))
        let head = try #require(link.heads.first)
        #expect(head.version == .http2)
        #expect(head.request.method == .get)
        #expect(head.request.scheme == "https")
        #expect(head.request.authority == "localhost")
        #expect(head.request.path == "/a%20b?q=1")
        #expect(head.target.path == "/a b")
        #expect(head.request.headerFields.map { "\($0.name): \($0.value)" } == ["accept: */*", "x-y: z"])
        #expect(head.framing == .none)
    }

    static let malformed: [(String, [(String, String)])] = [
        ("§8.2: a name in upper case", fields([("X-Up", "v")])),
        ("§8.2.1: an empty name", fields([("", "v")])),
        ("§8.2.1: a name with a space", fields([("x y", "v")])),
        ("§8.2.1: a name with a colon", fields([("x:y", "v")])),
        ("§8.2.1: a value with CR and LF", fields([("x", "a\r\nb: c")])),
        ("§8.2.1: a value with NUL", fields([("x", "a\0b")])),
        ("§8.2.1: a value with a space in front", fields([("x", " a")])),
        ("§8.2.1: a value with a tab behind", fields([("x", "a\t")])),
        ("§8.2.2: Connection", fields([("connection", "close")])),
        ("§8.2.2: Keep-Alive", fields([("keep-alive", "1")])),
        ("§8.2.2: Proxy-Connection", fields([("proxy-connection", "close")])),
        ("§8.2.2: Transfer-Encoding", fields([("transfer-encoding", "chunked")])),
        ("§8.2.2: Upgrade", fields([("upgrade", "h2c")])),
        ("§8.2.2: TE with more than trailers", fields([("te", "gzip")])),
        ("§8.3: an unknown pseudo-header field", [(":foo", "x")] + fields()),
        ("§8.3: one of responses", [(":status", "200")] + fields()),
        ("§8.3: one after regular fields", [("x", "y")] + fields()),
        ("§8.3: :path twice", fields() + [(":path", "/")]),
        ("§8.3: :method twice", [(":method", "GET")] + fields()),
        ("§8.3.1: no :method", Array(fields().dropFirst())),
        ("§8.3.1: no :scheme", fields().filter { $0.0 != ":scheme" }),
        ("§8.3.1: no :path", Array(fields().dropLast())),
        ("§8.3.1: an empty :path", fields("GET", "")),
        ("§8.3.1: a :path without a slash", fields("GET", "a")),
        ("§8.3.1: * for another method than OPTIONS", fields("GET", "*")),
        ("RFC 9110 §9.1: a method that is no token", fields("GET /")),
        ("RFC 9110 §8.6: Content-Length below zero", fields("POST", [("content-length", "-1")])),
        (
            "RFC 9110 §8.6: Content-Length twice",
            fields("POST", [("content-length", "0"), ("content-length", "0")])
        ),
        (
            "RFC 9110 §8.6: a Content-Length that overflows",
            fields("POST", [("content-length", "99999999999999999999")])
        ),
        ("§8.1.1: Content-Length and no content", fields("POST", [("content-length", "5")])),
        ("§8.5: CONNECT with a path", fields("CONNECT", "/")),
        ("RFC 8441 §4: :protocol without CONNECT", fields() + [(":protocol", "websocket")]),
    ]

    @Test("RFC 9113 §8.1.1: a malformed request is a stream error", arguments: malformed)
    func isReset(_ what: String, _ fields: [(String, String)]) throws {
        let link = try HTTP2Link()
        try link.feed(request(1, fields))
        #expect(link.reset() == protocolErrorCode, "\(link.log)")
        #expect(link.heads.isEmpty)
        #expect(link.goAway == nil)
        try link.feed(request(3))
        #expect(link.heads.count == 1, "the connection goes on")
    }

    static let refused: [(String, [(String, String)], Int)] = [
        ("§8.3.1: Host disagrees with :authority", fields([("host", "other.example")]), 400),
        ("§8.3.1: neither :authority nor Host", fields().filter { $0.0 != ":authority" }, 400),
        ("§8.3.1: :authority with user information", fields(authority: "me@localhost"), 400),
        ("RFC 3986 §3.2.2: :authority that is no host", fields(authority: "a b"), 400),
        ("RFC 3986 §2.1: % without digits", fields("GET", "/%zz"), 400),
        ("NUL in the path", fields("GET", "/%00"), 400),
        ("RFC 9110 §10.1.1: an unknown expectation", fields([("expect", "wonders")]), 417),
        (
            "RFC 9110 §15.5.15: a target that is too long",
            fields("GET", "/" + String(repeating: "a", count: 100)), 414
        ),
        ("RFC 6585 §5: too many fields", fields((1...20).map { ("x-\($0)", "y") }), 431),
        (
            "RFC 6585 §5: too many bytes",
            fields((1...9).map { ("x-\($0)", String(repeating: "y", count: 120)) }), 431
        ),
    ]

    @Test("What can be answered is answered, as HTTP/1.1 is", arguments: refused)
    func isAnswered(_ what: String, _ fields: [(String, String)], status: Int) throws {
        let link = try HTTP2Link(head: HTTPLimits(headerBytes: 1024, fieldCount: 16, requestLineBytes: 64))
        try link.feed(request(1, fields))
        #expect(link.log.first == "refused 1 \(status)")
        #expect(link.reset() == nil)
    }

    @Test("RFC 9113 §8.3.1: Host alone is the authority, and Host that agrees is one with it")
    func host() throws {
        let link = try HTTP2Link()
        try link.feed(request(1, fields().filter { $0.0 != ":authority" } + [("host", "a.test:8443")]))
        try link.feed(request(3, fields(authority: "a.test", [("host", "A.test")])))
        #expect(link.heads.map(\.request.authority) == ["a.test:8443", "a.test"])
        #expect(link.heads.allSatisfy { $0.request.headerFields.isEmpty })
    }

    @Test("RFC 9113 §8.2.3: crumbs of cookies are joined")
    func cookies() throws {
        let link = try HTTP2Link()
        try link.feed(request(1, fields([("cookie", "a=1"), ("x", "y"), ("cookie", "b=2")])))
        #expect(link.heads.first?.request.headerFields[values: .cookie] == ["a=1; b=2"])
    }

    @Test("RFC 9113 §8.5, RFC 8441: CONNECT and its extension reach the server, which says 501")
    func connect() throws {
        let link = try HTTP2Link()
        try link.feed(request(1, [(":method", "CONNECT"), (":authority", "a.test:443")]))
        try link.feed(request(3, fields("CONNECT", "/chat", [(":protocol", "websocket")])))
        #expect(link.heads.map(\.request.method) == [.connect, .connect])
    }

    @Test("A head that comes again is the same object; one that differs is not")
    func repetition() throws {
        let link = try HTTP2Link()
        for (index, path) in ["/", "/", "/b", "/b", "/"].enumerated() {
            try link.feed(
                request(UInt32(1 + 2 * index), fields("GET", path, [("accept", "*/*"), ("x", "y")])))
        }
        #expect(link.heads[0].head === link.heads[1].head)
        #expect(link.heads[2].head === link.heads[3].head)
        #expect(link.heads[1].head !== link.heads[2].head)
        #expect(link.heads.map(\.request.path) == ["/", "/", "/b", "/b", "/"])
        #expect(link.heads.allSatisfy { $0.request.headerFields.count == 2 })
    }

    @Test("A head that is shorter or longer than the one before is not taken for it")
    func prefixes() throws {
        let link = try HTTP2Link()
        let counts = [2, 1, 3, 0, 3]
        for (index, count) in counts.enumerated() {
            let more = (0..<count).map { ("x-\($0)", "y") }
            try link.feed(request(UInt32(1 + 2 * index), fields(more)))
        }
        #expect(link.heads.map(\.request.headerFields.count) == counts)
    }

    @Test("RFC 9113 §8.1: trailers are kept apart from the fields")
    func trailers() throws {
        let link = try HTTP2Link()
        try link.feed(opening(1, fields("POST")) + frame(.data, 0, 1, [1, 2, 3]))
        try link.feed(frame(.headers, endStream | endHeaders, 1, section([("x-sum", "6")])))
        let stream = try #require(link.streams[1])
        #expect(link.connection.takeContent(of: stream) == [1, 2, 3])
        #expect(stream.isEnded)
        #expect(stream.trailers?.map(\.value) == ["6"])
        #expect(link.heads.first?.request.headerFields.isEmpty == true)
    }

    @Test(
        "RFC 9113 §8.1: trailers that can't be",
        arguments: [
            (endHeaders, [("x", "y")]), (endHeaders | endStream, [(":path", "/")]),
            (endHeaders | endStream, [("content-length", "3")]), (endHeaders | endStream, [("host", "a")]),
            (endHeaders | endStream, [("X", "y")]),
        ])
    func badTrailers(_ flags: UInt8, _ fields: [(String, String)]) throws {
        let link = try HTTP2Link()
        try link.feed(opening(1, HTTPWireTests.fields("POST")))
        try link.feed(frame(.headers, flags, 1, section(fields)))
        #expect(link.reset() == protocolErrorCode)
    }

    @Test("RFC 9113 §8.1.1: content that is not as long as Content-Length", arguments: [2, 4, 5])
    func contentLength(_ count: Int) throws {
        let link = try HTTP2Link()
        try link.feed(opening(1, fields("POST", [("content-length", "3")])))
        try link.feed(frame(.data, endStream, 1, [UInt8](repeating: 0, count: count)))
        #expect(link.reset() == protocolErrorCode)
    }

    @Test("RFC 9113 §5.1.1: the last number that a stream may have may be the first one used")
    func lastStreamFirst() throws {
        let link = try HTTP2Link()
        try link.feed(request(0x7FFF_FFFF))
        #expect(link.streams.keys.map(\.self) == [0x7FFF_FFFF])
        #expect(throws: HTTP2Failure.self) { try link.feed(request(1)) }
    }

    @Test("At any split the same happens as with all bytes at once", arguments: 1...40)
    func splits(_ size: Int) throws {
        let bytes =
            request(1) + opening(3, fields("POST", [("content-length", "3")]))
            + frame(.data, 8, 3, [2, 1, 2, 0, 0]) + frame(.ping, 0, 0, [UInt8](repeating: 7, count: 8))
            + frame(0xB7, 9, 0, [1, 2, 3]) + frame(.data, endStream, 3, [3])
            + request(5, fields([("X", "y")]))
        let (whole, split) = (try HTTP2Link(), try HTTP2Link())
        try whole.feed(bytes)
        try split.feed(bytes, by: size)
        // How often content is told of depends on the pieces it comes in.
        let told = { (link: HTTP2Link) in link.log.filter { !$0.hasPrefix("received") } }
        #expect(told(whole) == told(split))
        #expect(whole.frames.map(\.type).sorted() == split.frames.map(\.type).sorted())
        #expect(split.connection.isIncomplete == false)
    }
}
