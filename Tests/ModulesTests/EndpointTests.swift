import Compression
import Configuration
import Decoding
import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

/// The answer of an echo at `/e`.
private func ask(
    _ target: String, _ method: HTTPRequest.Method = .get, fields: HTTPFields = [:], body: [UInt8] = [],
    clock: TestClock = TestClock(), tls: TLSDetails? = .forTesting(), section: String = ""
) async throws -> TestResponse {
    let handler = try make(handler: .echo, section, context: .forTesting(mount: "/e", clock: clock))
    let request = try Request.make(
        method, "/e/\(target)", fields: fields, body: body, mount: "/e", connection: .forTesting(tls: tls))
    return try await respond(handler, to: request)
}

/// What httpbin 0.10.4 answers, recorded: names of the members and their types.
private let shapes: [(method: HTTPRequest.Method, target: String, shape: String)] = [
    (.get, "get?a=1", "args{} headers{} origin\"\" url\"\""),
    (.post, "post", "args{} data\"\" files{} form{} headers{} json- origin\"\" url\"\""),
    (.put, "put", "args{} data\"\" files{} form{} headers{} json- origin\"\" url\"\""),
    (.patch, "patch", "args{} data\"\" files{} form{} headers{} json- origin\"\" url\"\""),
    (.delete, "delete", "args{} data\"\" files{} form{} headers{} json- origin\"\" url\"\""),
    (.get, "anything", "args{} data\"\" files{} form{} headers{} json- method\"\" origin\"\" url\"\""),
    (.put, "anything/a/b", "args{} data\"\" files{} form{} headers{} json- method\"\" origin\"\" url\"\""),
    (.get, "headers", "headers{}"), (.get, "ip", "origin\"\""), (.get, "user-agent", "user-agent\"\""),
    (.get, "cookies", "cookies{}"), (.get, "bearer", "authenticated? token\"\""),
    (.get, "basic-auth/u/p", "authenticated? user\"\""),
    (.get, "hidden-basic-auth/u/p", "authenticated? user\"\""),
    (.get, "delay/0", "args{} data\"\" files{} form{} headers{} origin\"\" url\"\""),
    (.post, "delay/0", "args{} data\"\" files{} form{} headers{} origin\"\" url\"\""),
    (.get, "etag/x", "args{} headers{} origin\"\" url\"\""),
    (.get, "cache", "args{} headers{} origin\"\" url\"\""),
    (.get, "cache/60", "args{} headers{} origin\"\" url\"\""),
    (.get, "stream/1", "args{} headers{} origin\"\" url\"\" id1"),
    (.get, "gzip", "gzipped? headers{} method\"\" origin\"\""),
    (.get, "deflate", "deflated? headers{} method\"\" origin\"\""),
    (.get, "brotli", "brotli? headers{} method\"\" origin\"\""),
]

extension JSONValue {
    fileprivate subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    fileprivate var shape: String {
        guard case .object(let members) = self else { return "none" }
        return members.map { member in
            let type =
                switch member.value {
                case .null: "-"
                case .bool: "?"
                case .number: "1"
                case .string: "\"\""
                case .array: "[]"
                case .object: "{}"
                }
            return member.name + type
        }.joined(separator: " ")
    }
}

private func json(_ response: TestResponse) throws -> JSONValue { try JSONValue(parsing: response.body) }

@Suite("echo's endpoints")
struct EndpointTests {
    @Test("They answer in httpbin's shapes", arguments: shapes)
    func shape(method: HTTPRequest.Method, target: String, shape: String) async throws {
        let authorization = target == "bearer" ? "Bearer t" : "Basic dTpw"
        var fields: HTTPFields = [.userAgent: "test"]
        if target.contains("auth") || target == "bearer" { fields[.authorization] = authorization }
        let response = try await ask(target, method, fields: fields)
        #expect(response.status == .ok)
        #expect(response.fields[.contentType] == "application/json")
        let coding = response.fields[.contentEncoding].flatMap { ContentCoding(rawValue: $0) }
        let body = try coding.map { try #require(decoded(response.body, $0)) } ?? response.body
        #expect(try JSONValue(parsing: body).shape == shape)
    }

    @Test("anything has all that was sent: query, fields, address, method")
    func anything() async throws {
        let fields: HTTPFields = [.userAgent: "curl", HTTPField.Name("x-ODD-name")!: "1"]
        let answer = try json(try await ask("anything/%3C?a=1&b=é&a=2", .delete, fields: fields))
        #expect(answer["args"] == .object(["a": .array(["1", "2"]), "b": "é"]))
        #expect(answer["headers"] == .object(["Host": "localhost", "User-Agent": "curl", "X-Odd-Name": "1"]))
        #expect(answer["method"] == "DELETE")
        #expect(answer["origin"] == "127.0.0.1")
        #expect(answer["url"] == "https://localhost/e/anything/%3C?a=1&b=é&a=2")
    }

    @Test(
        "A body is data, and JSON if it is that, whatever its type",
        arguments: [
            ("text", "text/plain", #""text""#, "null"), ("[1.0]", nil, #""[1.0]""#, "[1.0]"),
            ("{", "application/json", #""{""#, "null"),
        ])
    func data(body: String, type: String?, data: String, value: String) async throws {
        var fields: HTTPFields = [:]
        fields[.contentType] = type
        let answer = try json(try await ask("post", .post, fields: fields, body: Array(body.utf8)))
        #expect(answer["data"]?.line == data)
        #expect(answer["json"]?.line == value)
        #expect(answer["form"] == .object([]))
    }

    @Test("Bytes that are no text are a data URL")
    func binary() async throws {
        let answer = try json(try await ask("put", .put, body: [0xFF, 0x00]))
        #expect(answer["data"] == "data:application/octet-stream;base64,/wA=")
    }

    @Test("A form is form and files")
    func form() async throws {
        let urlEncoded = try json(
            try await ask(
                "post", .post, fields: [.contentType: "application/x-www-form-urlencoded"],
                body: Array("a=1&b=%C3%A9&a=2".utf8)))
        #expect(urlEncoded["form"] == .object(["a": .array(["1", "2"]), "b": "é"]))
        #expect(urlEncoded["data"] == "")
        func part(_ disposition: String, _ bytes: [UInt8]) -> [UInt8] {
            Array("--b\r\nContent-Disposition: form-data; \(disposition)\r\n\r\n".utf8) + bytes
                + [0x0D, 0x0A]
        }
        let body =
            part("name=k", [0x76]) + part("name=f; filename=a", [0x31]) + part("name=g; filename=b", [0xFF])
            + Array("--b--".utf8)
        let answer = try json(
            try await ask(
                "anything", .post, fields: [.contentType: "multipart/form-data; boundary=b"], body: body))
        #expect(answer["form"] == .object(["k": "v"]))
        #expect(answer["files"] == .object(["f": "1", "g": "data:text/plain;base64,/w=="]))
    }

    @Test(
        "form_bytes bounds what is kept of a body",
        arguments: ["text/plain", "application/x-www-form-urlencoded"])
    func limit(type: String) async throws {
        let fields: HTTPFields = [.contentType: type]
        let body = Array("a=345".utf8)
        #expect(
            try await ask("post", .post, fields: fields, body: body, section: "form_bytes = 5").status == .ok)
        let refused = try await ask("post", .post, fields: fields, body: body, section: "form_bytes = 4")
        #expect(refused.status == .contentTooLarge)
    }

    @Test("RFC 9110 §15.5.6: another method is a 405 that names those that are served")
    func methods() async throws {
        let response = try await ask("post")
        #expect(response.status == .methodNotAllowed)
        #expect(response.fields[.allow] == "POST, OPTIONS")
        #expect(try await ask("get", .delete).fields[.allow] == "GET, HEAD, OPTIONS")
    }

    @Test("A path that is no endpoint's is echoed")
    func others() async throws {
        #expect(try await ask("statuses/404?a=b").text == "You submitted a = b\n")
    }

    @Test(
        "status: any from 200 to 599, with what belongs to it",
        arguments: [
            ("404", 404, HTTPField.Name.location, nil), ("302", 302, .location, "/e/redirect/1"),
            ("401", 401, .wwwAuthenticate, "Basic realm=\"Fake Realm\""), ("599", 599, .location, nil),
            ("418", 418, .contentType, "text/plain; charset=utf-8"), ("204", 204, .contentType, nil),
            ("503,503:2", 503, .location, nil), ("200:0,404:1", 404, .location, nil),
            ("199", 400, .location, nil), ("600", 400, .location, nil), ("x", 400, .location, nil),
            ("200:x", 400, .location, nil), ("200,", 400, .location, nil), ("200:-1", 400, .location, nil),
        ] as [(String, Int, HTTPField.Name, String?)])
    func status(argument: String, code: Int, name: HTTPField.Name, value: String?) async throws {
        for method in [HTTPRequest.Method.get, .post, .delete] {
            let response = try await ask("status/\(argument)", method)
            #expect(response.status.code == code)
            if code != 400 { #expect(response.fields[name] == value) }
        }
    }

    @Test(
        "Redirects count down to get",
        arguments: [
            ("redirect/1", "/e/get"), ("redirect/3", "/e/relative-redirect/2"),
            ("redirect/2?absolute=true", "https://localhost/e/absolute-redirect/1"),
            ("relative-redirect/2", "/e/relative-redirect/1"), ("relative-redirect/1", "/e/get"),
            ("absolute-redirect/1", "https://localhost/e/get"),
            ("redirect-to?url=http%3A%2F%2Fa.example%2F%3Fb", "http://a.example/?b"),
        ])
    func redirects(target: String, location: String) async throws {
        let response = try await ask(target)
        #expect(response.status == .found)
        #expect(response.fields[.location] == location)
    }

    @Test("redirect-to takes the status, and no address that would end the field")
    func redirectTo() async throws {
        #expect(try await ask("redirect-to?url=/x&status_code=307", .post).status.code == 307)
        #expect(try await ask("redirect-to?url=/x&status_code=200").status.code == 302)
        #expect(try await ask("redirect-to?url=/x%0D%0ASet-Cookie:a").status == .badRequest)
        #expect(try await ask("redirect-to").status == .badRequest)
        #expect(try await ask("redirect/0").status == .badRequest)
        #expect(try await ask("redirect").status == .notFound)
    }

    @Test(
        "delay waits, for ten seconds at most",
        arguments: [("0", 0), ("1.5", 1_500), ("99", 10_000), ("1e9", 10_000)])
    func delay(argument: String, milliseconds: Int) async throws {
        let clock = TestClock(seconds: 0)
        #expect(try await ask("delay/\(argument)", clock: clock).status == .ok)
        #expect(clock.now.seconds * 1_000 + Int64(clock.now.nanoseconds / 1_000_000) == milliseconds)
    }

    @Test(
        "Numbers that are none are a 400",
        arguments: [
            "delay/x", "delay/-1", "delay/nan", "bytes/-1", "bytes/x", "stream/", "stream/1.5",
            "drip?numbytes=x",
            "drip?numbytes=0", "drip?duration=-1", "drip?code=100", "sse?count=0", "bytes/1?seed=x",
            "redirect/-1",
        ])
    func malformed(target: String) async throws {
        #expect([.badRequest, .notFound].contains(try await ask(target).status))
    }

    @Test("drip takes its time, whatever the number of bytes", arguments: [1, 10, 1_000_000])
    func drip(count: Int) async throws {
        let clock = TestClock(seconds: 0)
        let response = try await ask("drip?duration=3&delay=2&code=404&numbytes=\(count)", clock: clock)
        #expect(response.status == .notFound)
        #expect(response.length == UInt64(count))
        #expect(response.body == [UInt8](repeating: UInt8(ascii: "*"), count: count))
        #expect((4...5).contains(clock.now.seconds))
    }

    @Test("bytes come in any number up to 100 KiB, the same ones for a seed")
    func bytes() async throws {
        let one = try await ask("bytes/1000?seed=7")
        #expect(one.body.count == 1_000)
        #expect(one.fields[.contentType] == "application/octet-stream")
        #expect(try await ask("bytes/1000?seed=7").body == one.body)
        #expect(try await ask("bytes/1000?seed=8").body != one.body)
        #expect(try await ask("bytes/1000").body != one.body)
        #expect(try await ask("stream-bytes/1000?seed=7&chunk_size=9").body == one.body)
        #expect(try await ask("bytes/99999999999999999999").body.count == 102_400)
    }

    @Test("stream has a line for each, a hundred at most")
    func stream() async throws {
        let lines = try await ask("stream/3").text.split(separator: "\n")
        #expect(try lines.map { try JSONValue(parsing: Array($0.utf8))["id"]?.line } == ["0", "1", "2"])
        #expect(try await ask("stream/500").text.split(separator: "\n").count == 100)
    }

    @Test("sse: events with a number and the time, spread over the duration")
    func events() async throws {
        let clock = TestClock(seconds: 0)
        let response = try await ask("sse?count=2&duration=4&delay=1", clock: clock)
        #expect(response.fields[.contentType] == "text/event-stream; charset=utf-8")
        #expect(
            response.text == """
                event: ping
                data: {"id":0,"timestamp":1000}

                event: ping
                data: {"id":1,"timestamp":3000}


                """)
    }

    @Test("cookies are shown, set and taken away")
    func cookies() async throws {
        let shown = try await ask("cookies", fields: [.cookie: #"a=1; b="x\054\"y"; c=; a=2; d"#])
        #expect(try json(shown)["cookies"] == .object(["a": "2", "b": #"x,"y"#, "c": "", "d": ""]))
        let odd = try await ask("cookies", fields: [.cookie: #"a="\+12\12"; b=1;\#u{301}c=\#u{37E}d"#])
        #expect(try json(odd)["cookies"] == .object(["a": "+1212", "b": "1", "\u{301}c": "\u{37E}d"]))
        let set = try await ask("cookies/set/n/v")
        #expect(set.status == .found)
        #expect(set.fields[.location] == "/e/cookies")
        #expect(set.fields[.setCookie] == "n=v; Secure; Path=/")
        #expect(try await ask("cookies/set/n/v", tls: nil).fields[.setCookie] == "n=v; Path=/")
        let several = try await ask("cookies/set?a=1&b=x%2C%0D%0Ay")
        #expect(
            several.fields[fields: .setCookie].map(\.value)
                == ["a=1; Secure; Path=/", #"b="x\054\015\012y"; Secure; Path=/"#])
        #expect(
            try await ask("cookies/delete?a").fields[.setCookie]
                == "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Secure; Path=/")
        // requests' test_cookie_quote_wrapped.
        #expect(
            try await ask("cookies/set?a=%22b%5Cc%22").fields[.setCookie] == #"a="\"b\\c\""; Secure; Path=/"#)
        #expect(try await ask("cookies/set?a%3Bb=1").status == .badRequest)
        #expect(try await ask("cookies/other").status == .notFound)
    }

    @Test("RFC 7617 §2: credentials are compared by their bytes, not as Unicode takes two texts for the same")
    func basicBytes() async throws {
        // u:é, composed and not.
        let fields: HTTPFields = [.authorization: "Basic dTrDqQ=="]
        #expect(try await ask("basic-auth/u/%C3%A9", fields: fields).status == .ok)
        #expect(try await ask("basic-auth/u/e%CC%81", fields: fields).status == .unauthorized)
    }

    @Test(
        "RFC 7617 §2: basic-auth wants the user and the password of the path",
        arguments: [
            ("Basic dTpw", 200), ("basic dTpw", 200), ("Basic dTp4", 401), ("Basic !", 401),
            ("Bearer dTpw", 401), (nil, 401),
        ])
    func basic(authorization: String?, code: Int) async throws {
        var fields: HTTPFields = [:]
        fields[.authorization] = authorization
        let response = try await ask("basic-auth/u/p", fields: fields)
        #expect(response.status.code == code)
        #expect((response.fields[.wwwAuthenticate] != nil) == (code == 401))
        let hidden = try await ask("hidden-basic-auth/u/p", fields: fields)
        #expect(hidden.status.code == (code == 401 ? 404 : code))
        #expect(hidden.fields[.wwwAuthenticate] == nil)
    }

    @Test("RFC 6750 §3: bearer wants a token")
    func bearer() async throws {
        let response = try await ask("bearer")
        #expect(response.status == .unauthorized)
        #expect(response.fields[.wwwAuthenticate] == "Bearer")
        #expect(try json(try await ask("bearer", fields: [.authorization: "Bearer x"]))["token"] == "x")
    }

    @Test(
        "etag: 304 where If-None-Match names it, 412 where If-Match doesn't, with or without quotes",
        arguments: [
            (HTTPField.Name.ifNoneMatch, "\"t\"", 304), (.ifNoneMatch, "t", 304),
            (.ifNoneMatch, "W/\"t\"", 304),
            (.ifNoneMatch, "a, \"t\"", 304), (.ifNoneMatch, "*", 304), (.ifNoneMatch, "\"x\"", 200),
            (.ifMatch, "\"t\"", 200), (.ifMatch, "*", 200), (.ifMatch, "\"x\"", 412),
        ])
    func etag(name: HTTPField.Name, condition: String, code: Int) async throws {
        let response = try await ask("etag/t", fields: [name: condition])
        #expect(response.status.code == code)
        if code != 412 { #expect(response.fields[.eTag] == "\"t\"") }
        #expect(try await ask("etag/a%22b").status == .badRequest)
    }

    @Test("cache: 304 to any condition, and as long as the path says")
    func cache() async throws {
        let first = try await ask("cache")
        #expect(first.fields[.lastModified] == "Sat, 21 Nov 2026 10:43:00 GMT")
        #expect(first.fields[.eTag] != nil)
        #expect(try await ask("cache", fields: [.ifNoneMatch: "x"]).status == .notModified)
        #expect(try await ask("cache", fields: [.ifModifiedSince: "x"]).status == .notModified)
        #expect(try await ask("cache/60").fields[.cacheControl] == "public, max-age=60")
    }

    @Test("More pairs in a query than anyone writes are a 413")
    func manyPairs() async throws {
        let query = String(repeating: "a&", count: QueryItems.defaultLimit + 1)
        #expect(try await ask("get?\(query)").status == .contentTooLarge)
    }
}
