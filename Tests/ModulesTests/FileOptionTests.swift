import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import SystemPackage
import Testing

@testable import Modules

private let navigation: HTTPFields = [.accept: "text/html,application/xhtml+xml,*/*;q=0.8"]

@Suite("files: what a section may ask for", .timeLimit(.minutes(1)))
struct FileOptionTests {
    @Test(
        "cache_control: the longest suffix counts, and a line without one is for the rest",
        arguments: [
            ("/a.js", "max-age=60"), ("/a.tar.gz", "no-store"), ("/a.gz", "private"), ("/a.txt", "public"),
            ("/A.MJS", "max-age=60"), ("/d/", "public"), ("/d", "public"),
        ])
    func cacheControl(_ target: String, _ value: String) async throws {
        let site = try Site(["a.js": "", "a.tar.gz": "", "a.gz": "", "a.txt": "", "A.MJS": "", "d/x": ""])
        let section = """
            cache_control = public
            cache_control = .js .mjs: max-age=60
            cache_control = .gz: private
            cache_control = .tar.gz: no-store
            """
        #expect(try await site.get(target, section: section).fields[.cacheControl] == value)
    }

    @Test("cache_control of suffixes alone leaves the default for the rest")
    func cacheControlDefault() async throws {
        let response = try await Site(["a": "x"]).get("/a", section: "cache_control = .js: max-age=60")
        #expect(response.fields[.cacheControl] == "no-cache")
    }

    @Test(
        "headers are on every answer, in place of the handler's own, beside another Vary",
        arguments: ["/a.css", "/none", "/d", "/d/"])
    func headers(_ target: String) async throws {
        let site = try Site(["a.css": "x", "a.css.gz": "x", "d/x": ""])
        let response = try await site.get(
            target, [.acceptEncoding: "gzip"],
            section: """
                headers = X-One: 1
                headers = Link: </a>; rel=preload
                headers = Link: </b>; rel=preload
                headers = Cache-Control: no-store
                headers = Vary: Cookie
                """)
        #expect(response.fields[try #require(HTTPField.Name("X-One"))] == "1")
        let link = try #require(HTTPField.Name("Link"))
        #expect(response.fields[link] == "</a>; rel=preload, </b>; rel=preload")
        #expect(response.fields[.cacheControl] == "no-store")
        #expect(response.fields[.vary]?.hasSuffix("Cookie") == true)
        #expect(target != "/a.css" || response.fields[.vary] == "Accept-Encoding, Cookie")
    }

    @Test(
        "RFC 6266: download names the file, in ASCII and as it is",
        arguments: [
            ("a.txt", #"attachment; filename="a.txt""#),
            ("a b.txt", #"attachment; filename="a b.txt""#),
            ("é.txt", #"attachment; filename="__.txt"; filename*=UTF-8''%C3%A9.txt"#),
            ("\"'.txt", #"attachment; filename="_'.txt"; filename*=UTF-8''%22%27.txt"#),
            ("a\nb", #"attachment; filename="a_b"; filename*=UTF-8''a%0Ab"#),
        ])
    func download(_ name: String, _ value: String) async throws {
        let site = try Site(["d/\(name)": "x"])
        let path =
            "/d/" + name.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(try await site.get(path, section: "download = yes").fields[.contentDisposition] == value)
        #expect(try await site.get(path).fields[.contentDisposition] == nil)
    }

    @Test("download may be for some suffixes")
    func downloadSuffixes() async throws {
        let site = try Site(["a.zip": "x", "a.tar.gz": "x", "a.gz": "x", "a.txt": "x"])
        for (name, isSaved) in [("a.zip", true), ("a.tar.gz", true), ("a.gz", false), ("a.txt", false)] {
            let response = try await site.get("/\(name)", section: "download = .zip .tar.gz")
            #expect((response.fields[.contentDisposition] != nil) == isSaved, "\(name)")
        }
    }

    @Test("symlinks = follow: links lead anywhere, the path itself still does not lead out")
    func follow() async throws {
        let site = try Site(["d/a.txt": "hello"])
        try site.folder.makeFolder("outside")
        try site.folder.write("page", to: "outside/page")
        try site.folder.link("root/out", to: "../secret.txt")
        try site.folder.link("root/absolute", to: site.folder["outside"].string)
        try site.folder.link("root/dangling", to: "nowhere")
        let section = "symlinks = follow"
        #expect(try await site.get("/out", section: section).text == "SECRET")
        #expect(try await site.get("/absolute/page", section: section).text == "page")
        #expect(try await site.get("/d/a.txt", section: section).text == "hello")
        #expect(try await site.get("/", section: section).listedNames == ["absolute/", "d/", "out"])
        for target in ["/dangling", "/../secret.txt", "/%2e%2e/secret.txt", "/absolute/../../secret.txt"] {
            #expect(try await site.get(target, section: section).status == .notFound)
        }
    }

    @Test(
        "A section that can't work is refused",
        arguments: [
            "cache_control = .js", "cache_control = .js:", "cache_control = . : x", "cache_control = .a/b: x",
            "headers = x", "headers = a b: c", "headers = Content-Length: 5", "headers = connection: close",
            "download = zip", "download = .zip tar", "cors = localhost", "cors = https://",
            "cors = https://a/b",
            "cors = on https://a", "symlinks = outside", "spa = ../secret.txt", "spa = d/../../secret.txt",
            "spa = /", "error_page.404 = ..",
        ])
    func refuses(_ line: String) {
        #expect(throws: ConfigurationFailure.self) { try make(handler: .files, "root = /tmp\n\(line)") }
    }
}

@Suite("files: pages where nothing is", .timeLimit(.minutes(1)))
struct FallbackPageTests {
    private func site() throws -> Site {
        try Site(["index.html": "app", "a.js": "script", "404.html": "gone", "d/x": ""])
    }

    @Test(
        "spa: who navigates gets the application's page, whatever the path",
        arguments: ["/users", "/users/7/edit", "/users/john.doe", "/old.html", "/users/", "/users?x=1"])
    func application(_ target: String) async throws {
        let response = try await site().get(target, navigation, section: "spa = index.html")
        #expect(response.status == .ok)
        #expect(response.text == "app")
        #expect(response.fields[.contentType] == "text/html; charset=utf-8")
        #expect(response.fields[.vary] == "Accept")
    }

    @Test("spa: its conditions and HEAD are those of a page")
    func applicationConditions() async throws {
        let site = try site()
        let tag = try #require(
            try await site.get("/users", navigation, section: "spa = /index.html").fields[.eTag])
        var fields = navigation
        fields[.ifNoneMatch] = tag
        #expect(try await site.get("/users", fields, section: "spa = index.html").status == .notModified)
        let head = try await site.get("/users", navigation, method: .head, section: "spa = index.html")
        #expect(head.status == .ok)
        #expect(head.length == 3)
    }

    @Test(
        "spa: an asset that is missing is a 404",
        arguments: [
            ("/users", [.accept: "*/*"]), ("/users", [:]), ("/none.js", navigation),
            ("/none.png", navigation),
            ("/api", [.accept: "application/json"]), ("/a", [.accept: "text/html;q=0"]),
        ] as [(String, HTTPFields)])
    func asset(_ target: String, _ fields: HTTPFields) async throws {
        #expect(try await site().get(target, fields, section: "spa = index.html").status == .notFound)
    }

    @Test(
        "spa: a browser says what it wants a page for",
        arguments: [("document", 200), ("iframe", 200), ("script", 404)])
    func destination(_ use: String, _ status: Int) async throws {
        var fields = navigation
        fields[try #require(HTTPField.Name("Sec-Fetch-Dest"))] = use
        #expect(try await site().get("/users", fields, section: "spa = index.html").status.code == status)
    }

    @Test("spa: what is there is served, and a page that is not there is none")
    func present() async throws {
        #expect(try await site().get("/a.js", navigation, section: "spa = index.html").text == "script")
        #expect(
            try await site().get("/d", navigation, section: "spa = index.html").status == .movedPermanently)
        #expect(try await site().get("/x", navigation, section: "spa = none.html").status == .notFound)
    }

    @Test(
        "error_page.404 is sent as a 404, without conditions and parts",
        arguments: ["/none", "/.git/config", "/d/"])
    func notFound(_ target: String) async throws {
        let section = "error_page.404 = 404.html\nlisting = no"
        let fields: HTTPFields = [
            .range: "bytes=0-0", .ifNoneMatch: "*", .ifModifiedSince: "Sat, 01 Jan 2050 00:00:00 GMT",
        ]
        let response = try await site().get(target, fields, section: section)
        #expect(response.status == .notFound)
        #expect(response.text == "gone")
        #expect(response.fields[.contentType] == "text/html; charset=utf-8")
        #expect(response.fields[.eTag] == nil && response.fields[.lastModified] == nil)
        #expect(response.fields[.vary] == "Accept")
        let head = try await site().get(target, method: .head, section: section)
        #expect(head.status == .notFound && head.length == 4)
    }

    @Test("error_page.404 is not for who refuses its type, and no page if it is not there")
    func notFoundRefused() async throws {
        let section = "error_page.404 = 404.html"
        #expect(try await site().get("/x", [.accept: "application/json"], section: section).text != "gone")
        #expect(try await site().get("/x", section: "error_page.404 = d").text != "gone")
        #expect(try await site().get("/x", section: "error_page.404 = none.html").status == .notFound)
    }
}

@Suite("files: other origins", .timeLimit(.minutes(1)))
struct CrossOriginTests {
    private let here = "https://app.example"

    @Test("Without cors nothing is allowed, and OPTIONS says what is served")
    func off() async throws {
        let site = try Site(["a": "x"])
        #expect(try await site.get("/a", [.origin: here]).fields[.accessControlAllowOrigin] == nil)
        let options = try await site.get(
            "/a", [.origin: here, .accessControlRequestMethod: "GET"], method: .options)
        #expect(options.fields == [.allow: "GET, HEAD, OPTIONS"])
    }

    @Test(
        "cors = on: every origin may read what is there and what is not",
        arguments: ["/a", "/none", "/", "/d"])
    func on(_ target: String) async throws {
        let response = try await Site(["a": "x", "d/x": ""]).get(
            target, [.origin: here], section: "cors = on")
        #expect(response.fields[.accessControlAllowOrigin] == "*")
        #expect(response.fields[.accessControlExposeHeaders]?.contains("Content-Range") == true)
        #expect(response.fields[.vary]?.contains("Origin") != true)
    }

    @Test(
        "cors = ORIGIN…: those may, others not; caches tell them apart",
        arguments: [
            ("https://app.example", true), ("http://localhost:3000", true), ("https://other.example", false),
            ("https://app.example.evil", false), ("http://app.example", false), ("null", false),
        ])
    func named(_ origin: String, _ isAllowed: Bool) async throws {
        let section = "cors = https://app.example http://localhost:3000"
        for target in ["/a", "/none"] {
            let response = try await Site(["a": "x"]).get(target, [.origin: origin], section: section)
            #expect(response.fields[.accessControlAllowOrigin] == (isAllowed ? origin : nil))
            #expect(response.fields[.vary]?.contains("Origin") == true)
        }
        #expect(try await Site(["a": "x"]).get("/a", section: section).fields[.vary] == "Origin")
    }

    @Test("Fetch §3.2: a preflight is answered with what may be asked")
    func preflight() async throws {
        let fields: HTTPFields = [
            .origin: here, .accessControlRequestMethod: "GET", .accessControlRequestHeaders: "x-a, range",
        ]
        for section in ["cors = on", "cors = \(here)"] {
            let response = try await Site(["a": "x"]).get("/a", fields, method: .options, section: section)
            #expect(response.status == .noContent)
            #expect(response.fields[.accessControlAllowOrigin] == (section == "cors = on" ? "*" : here))
            #expect(response.fields[.accessControlAllowMethods] == "GET, HEAD")
            #expect(response.fields[.accessControlAllowHeaders] == "x-a, range")
            #expect(response.fields[.accessControlMaxAge] == "7200")
        }
        let other = try await Site().get(
            "/a", fields, method: .options, section: "cors = https://other.example")
        #expect(other.fields[.accessControlAllowOrigin] == nil)
    }

    @Test("OPTIONS that is no preflight says what is served")
    func options() async throws {
        let response = try await Site(["a": "x"]).get("/a", method: .options, section: "cors = on")
        #expect(response.status == .ok)
        #expect(response.fields[.allow] == "GET, HEAD, OPTIONS")
    }

    @Test("Names of fields that no field has are not sent back")
    func invalidNames() async throws {
        let fields: HTTPFields = [
            .origin: here, .accessControlRequestMethod: "GET", .accessControlRequestHeaders: "a b, <c>",
        ]
        let response = try await Site().get("/a", fields, method: .options, section: "cors = on")
        #expect(response.fields[.accessControlAllowHeaders] == nil)
    }
}
