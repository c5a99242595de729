import HTTPCore
import HTTPTypes
import Testing

@Suite("Request targets")
struct RequestTargetTests {
    @Test(
        "RFC 9112 §3.2.1: an origin-form's path is decoded once and normalised",
        arguments: [
            ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/a/b.html", "/a/b.html"), ("/.hidden", "/.hidden"),
            ("/a%20b", "/a b"), ("/%61", "/a"), ("/%2561", "/%61"), ("/caf%C3%A9", "/café"),
            ("/café", "/café"),
            ("/a%2Fb", "/a/b"), ("/a%2fb", "/a/b"), ("/a\\b", "/a\\b"), ("/a%5Cb", "/a\\b"),
            ("/a..b", "/a..b"),
            ("/.", "/"), ("/..", "/"), ("/a/.", "/a/"), ("/a/..", "/"), ("/a/../b", "/b"), ("/a/./b", "/a/b"),
            ("/../../etc/passwd", "/etc/passwd"), ("/%2e%2e/x", "/x"), ("/a/%2e%2e/b", "/b"),
            ("/a/..%2fb", "/b"), ("/a/%2e./%2E%2e/..", "/"), ("/...", "/..."),
            ("//", "/"), ("//a", "/a"), ("/a//b", "/a/b"), ("/a//", "/a/"), ("/%2f%2fa", "/a"),
            ("//example.com/%2e%2e", "/"), ("/a;v=1/b", "/a;v=1/b"), ("/%0d%0aX:1", "/\r\nX:1"),
        ])
    func path(raw: String, path: String) throws {
        let target = try RequestTarget(raw, method: .get)
        #expect(target.path == path)
        #expect(target.pathBytes == Array(path.utf8))
        #expect(target.rawPath == raw)
        #expect(target.raw == raw)
        #expect(target.form == .origin)
        #expect(target.query == nil)
        #expect(!target.path.hasPrefix("//"))
    }

    @Test(
        "RFC 3986 §3.4: the query is what follows the first ?, as it came",
        arguments: [
            ("/?", "/", ""), ("/a?b", "/a", "b"), ("/a?b?c", "/a", "b?c"),
            ("/a?x=%2F&y=..//", "/a", "x=%2F&y=..//"),
            ("/%61?%61", "/a", "%61"), ("/a?{`}|", "/a", "{`}|"),
        ])
    func query(raw: String, path: String, query: String) throws {
        let target = try RequestTarget(raw, method: .get)
        #expect(target.path == path)
        #expect(target.query == query)
        #expect(target.rawPath == String(raw.prefix { $0 != "?" }))
    }

    @Test(
        "Bytes that are not UTF-8 are kept beside the repaired path",
        arguments: ["/%ff", "/a/%c0%af/b", "/x%80/../%fe"])
    func irregularBytes(raw: String) throws {
        let target = try RequestTarget(raw, method: .get)
        #expect(!target.isPathUTF8)
        #expect(target.path.contains("\u{FFFD}"))
        #expect(String(validating: target.pathBytes, as: UTF8.self) == nil)
    }

    @Test("An overlong slash is no separator")
    func overlong() throws {
        let target = try RequestTarget("/a/..%c0%afb", method: .get)
        #expect(target.pathBytes == Array("/a/..".utf8) + [0xC0, 0xAF] + Array("b".utf8))
    }

    @Test(
        "RFC 3986: what is not a target is refused",
        arguments: [
            ("", .invalidTarget), ("a", .invalidTarget), ("*", .invalidTarget), ("/a b", .invalidTarget),
            ("/a#b", .invalidTarget), ("/\"", .invalidTarget), ("/<", .invalidTarget),
            ("/{x}", .invalidTarget),
            ("/a?\"", .invalidTarget), ("/a?<", .invalidTarget), ("/a?b#c", .invalidTarget),
            ("/\u{7F}", .invalidTarget),
            ("/%", .invalidPercentEncoding), ("/%4", .invalidPercentEncoding),
            ("/%zz", .invalidPercentEncoding),
            ("/%00", .nulInPath), ("/a%00.html", .nulInPath), ("ftp://localhost/", .invalidTarget),
            ("localhost:80", .invalidTarget), ("http:/a", .invalidTarget), ("http://", .invalidAuthority),
            ("http:///a", .invalidAuthority), ("http://a:b@host/", .invalidAuthority),
            ("http://host:99999/", .invalidAuthority),
        ] as [(String, HTTPSyntaxError.Code)])
    func refused(raw: String, code: HTTPSyntaxError.Code) {
        let error = #expect(throws: HTTPSyntaxError.self) { try RequestTarget(raw, method: .get) }
        #expect(error?.code == code)
    }

    @Test(
        "RFC 9112 §3.2.2: absolute-form",
        arguments: [
            ("http://localhost/a?b", "http", "localhost", "/a", "b"),
            ("HTTPS://[::1]:8443", "https", "[::1]:8443", "/", nil),
            ("http://host?q", "http", "host", "/", "q"),
            ("https://host/%2e%2e/x", "https", "host", "/x", nil),
        ] as [(String, String, String, String, String?)])
    func absolute(raw: String, scheme: String, authority: String, path: String, query: String?) throws {
        let target = try RequestTarget(raw, method: .get)
        #expect(target.form == .absolute)
        #expect(target.scheme == scheme)
        #expect(target.authority == authority)
        #expect(target.path == path)
        #expect(target.query == query)
    }

    @Test("RFC 9112 §3.2.3, §3.2.4: authority-form is CONNECT's, asterisk-form is OPTIONS's")
    func otherForms() throws {
        let connect = try RequestTarget("host:443", method: .connect)
        #expect(connect.form == .authority && connect.authority == "host:443" && connect.path.isEmpty)
        #expect(try RequestTarget("*", method: .options).form == .asterisk)
        #expect(throws: HTTPSyntaxError.self) { try RequestTarget("/", method: .connect) }
        #expect(throws: HTTPSyntaxError.self) { try RequestTarget("host", method: .connect) }
    }

    @Test("Segments are the path's parts, none of them empty")
    func segments() throws {
        #expect(try RequestTarget("/a//b%2Fc/./d/", method: .get).segments == ["a", "b", "c", "d"])
        #expect(try RequestTarget("/", method: .get).segments.isEmpty)
    }

    @Test(
        "What percent-encoding writes is read back",
        arguments: ["/a b/c:d", "/é%\"<>&'", "/\u{1}\r\n?#", "/."])
    func roundTrip(path: String) throws {
        let encoded = PercentEncoding.encode(path: path.utf8)
        let expected = path == "/." ? "/" : path
        #expect(try RequestTarget(encoded, method: .get).path == expected)
        let segment = PercentEncoding.encode(segment: path.utf8)
        #expect(!segment.contains("/") && !segment.contains(":"))
    }
}

@Suite("Authorities")
struct AuthorityTests {
    @Test(
        "RFC 3986 §3.2: hosts with and without port",
        arguments: [
            ("localhost", "localhost", nil), ("LocalHost:8443", "localhost", 8443),
            ("localhost:", "localhost", nil),
            ("localhost.", "localhost.", nil), ("127.0.0.1:1", "127.0.0.1", 1), ("[::1]:443", "[::1]", 443),
            ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", nil), ("a%20b", "a%20b", nil),
            ("0.0.0.0=5000", "0.0.0.0=5000", nil), ("a,b", "a,b", nil), ("_", "_", nil),
            ("[::]", "[::]", nil), ("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", nil), ("[1::8]", "[1::8]", nil),
            ("[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]", nil), ("[::2:3:4:5:6:7:8]", "[::2:3:4:5:6:7:8]", nil),
            ("[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5:6:1.2.3.4]", nil), ("[FE80::Ab]", "[fe80::ab]", nil),
            ("[v1.a:b]:80", "[v1.a:b]", 80), ("[VF.~!]", "[vf.~!]", nil),
        ] as [(String, String, UInt16?)])
    func valid(text: String, host: String, port: UInt16?) throws {
        let authority = try Authority(text)
        #expect(authority.host == host)
        #expect(authority.port == port)
    }

    @Test(
        "RFC 9112 §3.2: what is not a host",
        arguments: [
            "", ":80", "a b", "a/", "a\\b", "a?b", "a#b", "a@b", "\"a\"", "a:b", "a:65536", "a:1:2", "[::1",
            "[]", "[g]",
            "[::1]x", "a%2", "a%zz", "é", "a,b:x", "<a>", "[:]", "[1]", "[:::]", "[1:2]", "[::1::]",
            "[1::2::3]",
            "[12345::]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8::]", "[::1:2:3:4:5:6:7:8]",
            "[1:2:3:4:5:6:7:]",
            "[:1:2:3:4:5:6:7]", "[::1.2.3]", "[::1.2.3.4.5]", "[::256.1.1.1]", "[::01.1.1.1]",
            "[::1.2.3.4:5]",
            "[1.2.3.4]", "[::1%25lo]", "[v.a]", "[v1.]", "[v1]", "[vg.a]", "[v1.%41]", "[[::1]]", "::1",
            "1.2.3.4:80:80", "a:+1", "a: 80", "a:-1", "[::1]:x", "[::1]80",
        ])
    func invalid(text: String) {
        #expect(throws: HTTPSyntaxError.self) { try Authority(text) }
    }
}

@Suite("Content-Length")
struct ContentLengthTests {
    @Test(
        "RFC 9110 §8.6: digits and nothing else, within 63 bits",
        arguments: [
            ("0", 0), ("5", 5), ("007", 7), ("900000000000000000", 900_000_000_000_000_000), ("", nil),
            ("+5", nil), ("-0", nil), ("0x5", nil), ("5 ", nil), ("5,5", nil), ("5_0", nil), ("5e0", nil),
            ("9223372036854775807", 1 << 63 - 1), ("9223372036854775808", nil),
            ("9223372036854775810", nil), ("18446744073709551621", nil), ("٣", nil),
        ] as [(String, UInt64?)])
    func parse(text: String, number: UInt64?) {
        #expect(ContentLength.parse(text.utf8.span) == number)
    }
}
