// Which handler answers.

import HTTPTypes
import HandlerKit
import Testing

@testable import Server

private struct Named: Handler {
    let name: String
    var methods: [HTTPRequest.Method] = [.get]

    func respond(to request: Request) async throws -> Response { .text(name) }
}

private func route(_ argument: String, methods: [HTTPRequest.Method] = [.get]) throws -> Route {
    let place = try #require(Route.place(argument))
    return Route(
        host: place.host, prefix: place.prefix, handler: Named(name: argument, methods: methods),
        bodyLimit: nil)
}

@Suite("Routes")
struct RouteTableTests {
    @Test(
        "The longest prefix wins, at segment boundaries only",
        arguments: [
            ("/", "/"), ("/echo", "/echo"), ("/echo/", "/echo"), ("/echo/a", "/echo"), ("/echoes", "/"),
            ("/echo/deep", "/echo/deep"), ("/echo/deep/er", "/echo/deep"), ("/echo/deeper", "/echo"),
            ("/Echo", "/"),
            ("/ech", "/"),
        ])
    func longestPrefix(path: String, expected: String) throws {
        let table = RouteTable(try ["/", "/echo", "/echo/deep"].map { try route($0) })
        #expect(table.match(authority: nil, path: path)?.place == expected)
    }

    @Test(
        "RFC 9110 §4.2.3: a host is matched without its port and its case, before those for all hosts",
        arguments: [
            ("wiki.localhost", "/a", "wiki.localhost/"), ("Wiki.LocalHost:8443", "/a", "wiki.localhost/"),
            ("localhost", "/a", "/a"), ("wiki.localhost", "/deep/er", "wiki.localhost/"),
            ("[::1]:8443", "/", "[::1]/"),
            ("[::1]", "/", "[::1]/"), ("[::2]:8443", "/a", "/a"), ("xwiki.localhost", "/a", "/a"),
        ])
    func hosts(authority: String, path: String, expected: String) throws {
        let table = RouteTable(try ["/a", "/deep/er", "wiki.localhost/", "[::1]/"].map { try route($0) })
        #expect(table.match(authority: authority, path: path)?.place == expected)
    }

    @Test("A prefix is matched byte by byte: two spellings of a letter are two paths")
    func spellings() throws {
        let table = RouteTable(try ["/", "/caf\u{E9}"].map { try route($0) })
        #expect(table.match(authority: nil, path: "/caf\u{E9}/a")?.prefix == "/caf\u{E9}")
        #expect(table.match(authority: nil, path: "/cafe\u{301}/a")?.prefix == "/")
    }

    @Test("Without a route for it, a path has none")
    func none() throws {
        let table = RouteTable(try ["/echo", "a.example/wiki"].map { try route($0) })
        #expect(table.match(authority: "a.example", path: "/") == nil)
        #expect(table.match(authority: "b.example", path: "/wiki") == nil)
        #expect(table.match(authority: nil, path: "/wiki") == nil)
    }

    @Test(
        "The argument of a handler section is /path or host/path",
        arguments: [
            ("/", nil, "/"), ("/echo/", nil, "/echo"), ("//", nil, "/"),
            ("Wiki.localhost/A", "wiki.localhost", "/A"),
        ] as [(String, String?, String)])
    func places(argument: String, host: String?, prefix: String) throws {
        let place = try #require(Route.place(argument))
        #expect(place.host == host)
        #expect(place.prefix == prefix)
        #expect(Route.place("echo") == nil)
    }

    @Test("RFC 9110 §9.3.2, §10.2.1: HEAD goes with GET, and Allow names OPTIONS once")
    func methods() throws {
        let get = try route("/")
        #expect(get.serves(.head))
        #expect(!get.serves(.post))
        #expect(get.allow == "GET, HEAD, OPTIONS")
        #expect(try route("/", methods: [.get, .head, .post]).allow == "GET, HEAD, POST, OPTIONS")
        let post = try route("/", methods: [.post, .options])
        #expect(!post.serves(.head))
        #expect(post.allow == "POST, OPTIONS")
    }
}
