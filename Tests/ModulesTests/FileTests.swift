import Configuration
import Files
import Glibc
import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import SystemPackage
import Testing

@testable import Modules

/// A root folder beside a file that must stay secret, and a handler that serves the root.
struct Site {
    let folder: TemporaryFolder

    init(_ files: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        try folder.makeFolder("root")
        try folder.write("SECRET", to: "secret.txt")
        // In their order: a neighbour that is older than its file is stale.
        for (name, text) in files.sorted(by: { $0.key < $1.key }) {
            try folder.write(text, to: "root/\(name)")
        }
    }

    func handler(_ section: String = "") throws -> any Handler {
        try make(handler: .files, "root = \(folder["root"])\n\(section)")
    }

    func get(
        _ target: String, _ fields: HTTPFields = [:], method: HTTPRequest.Method = .get, section: String = ""
    ) async throws -> TestResponse {
        try await respond(handler(section), to: .make(method, target, fields: fields))
    }
}

extension TestResponse {
    /// The names in a listing's text, the third of its columns.
    var listedNames: [String] { text.split(separator: "\n").map { String($0.dropFirst(36)) } }
}

@Suite("files: what is served", .timeLimit(.minutes(1)))
struct FileTests {
    @Test("A file is served with the fields that describe it")
    func serves() async throws {
        let response = try await Site(["a.txt": "hello"]).get("/a.txt")
        #expect(response.status == .ok)
        #expect(response.text == "hello")
        #expect(response.length == 5)
        #expect(response.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(response.fields[.cacheControl] == "no-cache")
        #expect(response.fields[.acceptRanges] == "bytes")
        #expect(response.fields[.xContentTypeOptions] == "nosniff")
        #expect(response.fields[.eTag]?.hasPrefix("\"") == true)
        #expect(response.fields[.lastModified]?.hasSuffix(" GMT") == true)
    }

    @Test("RFC 9110 §9.3.2: HEAD has the fields of GET", arguments: ["/a.txt", "/big.bin", "/"])
    func head(_ target: String) async throws {
        let site = try Site(["a.txt": "hello", "big.bin": String(repeating: "x", count: 100_000)])
        let get = try await site.get(target)
        let head = try await site.get(target, method: .head)
        #expect(head.fields == get.fields)
        #expect(head.length == get.length)
        #expect(head.body.isEmpty)
    }

    @Test("Files of any size arrive whole", arguments: [0, 1, 65_535, 65_536, 65_537, 300_000])
    func sizes(_ size: Int) async throws {
        let text = String(repeating: "0123456789", count: size / 10 + 1).prefix(size)
        let response = try await Site(["f.bin": String(text)]).get("/f.bin")
        #expect(response.text == text)
        #expect(response.length == UInt64(size))
    }

    @Test("What is missing is a 404", arguments: ["/none", "/none/", "/a.txt/", "/a.txt/b", "/d/none"])
    func missing(_ target: String) async throws {
        #expect(try await Site(["a.txt": "x", "d/x": "y"]).get(target).status == .notFound)
    }

    @Test(
        "Names are percent-decoded once",
        arguments: [
            ("/%61.txt", "a"), ("/a%20b", "blank"), ("/%25", "percent"), ("/%C3%A9", "accent"),
            ("/a+b", "plus"),
        ])
    func decodes(_ target: String, _ text: String) async throws {
        let site = try Site(["a.txt": "a", "a b": "blank", "%": "percent", "é": "accent", "a+b": "plus"])
        #expect(try await site.get(target).text == text)
    }

    @Test(
        "No spelling of a path leads out of the root",
        arguments: [
            "/../secret.txt", "/%2e%2e/secret.txt", "/%2E%2E%2Fsecret.txt", "/..%2fsecret.txt",
            "/d/../../secret.txt",
            "/..%5csecret.txt", "/..\\secret.txt", "/%252e%252e/secret.txt", "/%c0%ae%c0%ae/secret.txt",
            "/%c0%ae%c0%ae%c0%afsecret.txt", "/.%2e/secret.txt", "//secret.txt", "/%2fsecret.txt", "/out",
            "/out/",
            "/outdir/secret.txt", "/absolute", "/proc/self/root/etc/passwd", "/outdir/../secret.txt",
            "/in/../../secret.txt", "/in/%2e%2e/%2e%2e/secret.txt", "/%25%32%65%25%32%65/secret.txt",
            "/%e0%80%ae%e0%80%ae/secret.txt", "/%f0%80%80%ae%f0%80%80%ae/secret.txt", "/..%5c..%5csecret.txt",
        ])
    func contains(_ target: String) async throws {
        let site = try Site(["d/x": "y"])
        try site.folder.link("root/out", to: "../secret.txt")
        try site.folder.link("root/outdir", to: "..")
        try site.folder.link("root/absolute", to: "/etc/passwd")
        try site.folder.link("root/proc", to: "/proc")
        try site.folder.link("root/in", to: "d")
        let raw = target.replacing("\\", with: "%5C")
        #expect(try await site.get(raw).status == .notFound)
    }

    @Test("A NUL in a path never reaches the file system")
    func nul() async throws {
        #expect(throws: (any Error).self) { try Request.make(.get, "/a.txt%00.html") }
    }

    @Test("Links inside the root are followed, unless symlinks = none")
    func links() async throws {
        let site = try Site(["d/a.txt": "hello"])
        try site.folder.link("root/link", to: "d/a.txt")
        try site.folder.link("root/folder", to: "d")
        #expect(try await site.get("/link").text == "hello")
        #expect(try await site.get("/folder/a.txt").text == "hello")
        #expect(try await site.get("/link", section: "symlinks = none").status == .notFound)
        #expect(try await site.get("/folder/a.txt", section: "symlinks = none").status == .notFound)
    }

    @Test(
        "Dot files are hidden at any depth",
        arguments: ["/.env", "/.git/config", "/d/.x", "/.git/", "/%2egit/config"])
    func hidden(_ target: String) async throws {
        let site = try Site([".env": "x", ".git/config": "x", "d/.x": "x"])
        #expect(try await site.get(target).status == .notFound)
        #expect(try await site.get(target, section: "hidden = yes").status == .ok)
    }

    @Test("RFC 8615: .well-known is served, dot files in it and elsewhere are not")
    func wellKnown() async throws {
        let site = try Site([".well-known/x": "well", ".well-known/.y": "y", "d/.well-known/x": "no"])
        #expect(try await site.get("/.well-known/x").text == "well")
        #expect(try await site.get("/.well-known/.y").status == .notFound)
        #expect(try await site.get("/d/.well-known/x").status == .notFound)
    }

    @Test("A FIFO is a 404 and is not opened, which would block")
    func fifo() async throws {
        let site = try Site()
        try site.folder.makeFIFO("root/pipe")
        #expect(try await site.get("/pipe").status == .notFound)
    }

    @Test(
        "A file that the process may not read is a 403",
        .enabled(if: geteuid() != 0, "root may read anything"))
    func forbidden() async throws {
        let site = try Site(["a.txt": "x"])
        try site.folder.setMode(0, of: "root/a.txt")
        #expect(try await site.get("/a.txt").status == .forbidden)
    }

    @Test("Names that are not UTF-8 are served by their bytes, and the listing links to them")
    func bytes() async throws {
        let site = try Site(["a.txt": "x"])
        var name =
            Array("\(site.folder["root"])/".utf8).map { CChar(bitPattern: $0) } + [CChar(bitPattern: 0xFF)]
        name += [0x2E, 0x74, 0x78, 0x74, 0]
        #expect(unsafe rename(site.folder["root/a.txt"].string, name) == 0)
        #expect(try await site.get("/%FF.txt").text == "x")
        #expect(try await site.get("/%EF%BF%BD.txt").status == .notFound)
        #expect(try await site.get("/", [.accept: "text/html"]).text.contains(#"href="./%FF.txt""#))
    }

    @Test("Under a mount the path below it counts")
    func mount() async throws {
        let site = try Site(["a.txt": "hello"])
        let handler = try site.handler()
        #expect(try await respond(handler, to: .make(.get, "/files/a.txt", mount: "/files")).text == "hello")
        let bare = try await respond(handler, to: .make(.get, "/files", mount: "/files"))
        #expect(bare.fields[.location] == "/files/")
    }

    @Test(
        "A type is chosen by suffix, the longest that is known",
        arguments: [
            ("a.html", "text/html; charset=utf-8"), ("a.HTM", "text/html; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"), ("a.mjs", "text/javascript; charset=utf-8"),
            ("a.css", "text/css; charset=utf-8"), ("a.json", "application/json"),
            ("a.wasm", "application/wasm"),
            ("a.svg", "image/svg+xml; charset=utf-8"), ("a.png", "image/png"), ("a.woff2", "font/woff2"),
            ("a.tar.gz", "application/gzip"), ("a.min.css", "text/css; charset=utf-8"),
            ("a", "application/octet-stream"),
            ("a.unheard", "application/octet-stream"), ("README", "text/plain; charset=utf-8"),
            ("a.mp4", "video/mp4"), ("a.pdf", "application/pdf"),
        ])
    func types(_ name: String, _ type: String) async throws {
        #expect(try await Site([name: "x"]).get("/\(name)").fields[.contentType] == type)
    }

    @Test("Every type of the table is one, under a suffix as it is looked up")
    func table() {
        for (suffix, type) in contentTypesBySuffix {
            #expect(MediaType(type)?.description == type)
            #expect(suffix == suffix.lowercased() && !suffix.hasPrefix("."))
        }
    }

    @Test("types adds and overrides, default_type is for the rest")
    func configuredTypes() async throws {
        let site = try Site(["a.foo": "x", "a.js": "x", "a.tar.gz": "x", "a.bar": "x"])
        let section =
            "types = .foo=text/x-foo .js=application/x-old\ntypes = .tar.gz=application/x-gtar\ndefault_type = text/plain"
        #expect(
            try await site.get("/a.foo", section: section).fields[.contentType] == "text/x-foo; charset=utf-8"
        )
        #expect(try await site.get("/a.js", section: section).fields[.contentType] == "application/x-old")
        #expect(
            try await site.get("/a.tar.gz", section: section).fields[.contentType] == "application/x-gtar")
        #expect(
            try await site.get("/a.bar", section: section).fields[.contentType] == "text/plain; charset=utf-8"
        )
    }

    @Test(
        "A section that can't work is refused",
        arguments: [
            "root = /nonexistent/folder", "root = /etc/passwd", "", "root = /tmp\ntypes = foo",
            "root = /tmp\ntypes = .x=notatype", "root = /tmp\ntypes = .=a/b", "root = /tmp\nsymlinks = all",
            "root = /tmp\ndefault_type = x", "root = /tmp\nroots = /tmp",
        ])
    func refusesSection(_ section: String) {
        #expect(throws: ConfigurationFailure.self) { try make(handler: .files, section) }
    }

    @Test("cache_control replaces the default")
    func cacheControl() async throws {
        let response = try await Site(["a": "x"]).get("/a", section: "cache_control = public, max-age=60")
        #expect(response.fields[.cacheControl] == "public, max-age=60")
    }
}
