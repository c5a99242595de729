import Files
import HTTPTypes
import HandlerKit
import HandlerTesting
import SystemPackage
import Testing
import Threads

@testable import Modules

@Suite("files: folders", .timeLimit(.minutes(1)))
struct FolderTests {
    @Test(
        "A folder without a slash is redirected to the one with it, encoded, query and all",
        arguments: [
            ("/d", "/d/"), ("/d?x=1&y=%20", "/d/?x=1&y=%20"), ("/a%20b", "/a%20b/"), ("/%C3%A9", "/%C3%A9/"),
            ("/d/../d", "/d/"), ("/%64", "/d/"),
        ])
    func redirects(_ target: String, _ location: String) async throws {
        let response = try await Site(["d/x": "", "a b/x": "", "é/x": ""]).get(target)
        #expect(response.status == .movedPermanently)
        #expect(response.fields[.location] == location)
    }

    @Test(
        "A redirect never leads to another host",
        arguments: [
            "//evil.example", "/%2fevil.example", "/%2f%2fevil.example", "/%5cevil.example",
            "///evil.example", "/.//evil.example",
        ])
    func staysHere(_ target: String) async throws {
        let site = try Site(["evil.example/x": "", "\\evil.example/x": ""])
        let location = try #require(try await site.get(target).fields[.location])
        #expect(location == "/evil.example/" || location == "/%5Cevil.example/")
    }

    @Test("The first index file that exists is served for the folder")
    func index() async throws {
        let site = try Site([
            "a/index.html": "html", "a/index.htm": "htm", "b/index.htm": "htm", "c/start": "start",
        ])
        #expect(try await site.get("/a/").text == "html")
        #expect(try await site.get("/b/").text == "htm")
        #expect(try await site.get("/c/", section: "index = none start").text == "start")
        #expect(try await site.get("/a/").fields[.contentType] == "text/html; charset=utf-8")
    }

    @Test("A folder with an index file's name is no index file")
    func indexFolder() async throws {
        let site = try Site(["index.html/x": ""])
        #expect(try await site.get("/").listedNames == ["index.html/"])
    }

    @Test("listing = no: a folder without an index file is a 404")
    func noListing() async throws {
        let site = try Site(["d/x": ""])
        #expect(try await site.get("/d/", section: "listing = no").status == .notFound)
    }

    @Test("Of many who ask at once each sees what was so before it asked")
    func askedAtOnce() async throws {
        let names = (0..<100).map { "\($0).txt" }
        let site = try Site(Dictionary(uniqueKeysWithValues: names.map { ($0, "") }))
        let handler = try site.handler()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, name) in names.enumerated() {
                group.addTask {
                    // In place: the folder itself doesn't change.
                    try site.folder.write([UInt8](repeating: 0, count: 1_000 + number), to: "root/\(name)")
                    let text = try await respond(handler, to: .make(.get, "/")).text
                    #expect(text.contains(" \(1_000 + number)  \(name)\n"))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("The text form has time, size and name in columns, folders first and with a slash")
    func text() async throws {
        let site = try Site(["b": "1234567", "a": "", "z/x": "", "c d": ""])
        for name in ["a", "b", "c d", "z"] {
            try site.folder.setModificationTime(784_111_777, of: "root/\(name)")
        }
        let response = try await site.get("/")
        #expect(
            response.text == """
                1994-11-06T08:49:37Z             -  z/
                1994-11-06T08:49:37Z             0  a
                1994-11-06T08:49:37Z             7  b
                1994-11-06T08:49:37Z             0  c d

                """)
        #expect(response.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(response.fields[.vary] == "Accept")
    }

    @Test("JSON has Caddy's names")
    func json() async throws {
        let site = try Site(["a b.txt": "hello", "d/x": ""])
        try site.folder.setModificationTime(784_111_777, of: "root/a b.txt")
        try site.folder.setModificationTime(0, of: "root/d")
        let response = try await site.get("/", [.accept: "application/json"])
        #expect(response.fields[.contentType] == "application/json")
        let size =
            response.text.split(separator: "\"size\" : ").dropFirst().first?.prefix { $0.isNumber } ?? ""
        #expect(
            response.text.filter { !$0.isWhitespace } == """
                [{"is_dir":true,"is_symlink":false,"mod_time":"1970-01-01T00:00:00Z","name":"d","size":\(size),"url":"./d/"},\
                {"is_dir":false,"is_symlink":false,"mod_time":"1994-11-06T08:49:37Z","name":"ab.txt","size":5,\
                "url":"./a%20b.txt"}]
                """)
    }

    @Test(
        "Every name is escaped in HTML, and encoded in its link",
        arguments: [
            ("<script>.txt", "&lt;script&gt;.txt", "./%3Cscript%3E.txt"),
            ("\"onclick=x", "&quot;onclick=x", "./%22onclick"), ("a&b", "a&amp;b", "./a"),
            ("it's", "it&#39;s", "./it"),
            ("javascript:x", "javascript:x", "./javascript%3Ax"), ("a#b?c", "a#b?c", "./a%23b%3Fc"),
            ("\"\u{301} x", "&quot;\u{301} x", "./%22%CC%81%20x"), ("a\nb", "a\nb", "./a%0Ab"),
            ("{{name}}", "{{name}}", "./%7B%7Bname%7D%7D"),
        ])
    func escapes(_ name: String, _ shown: String, _ link: String) async throws {
        let html = try await Site([name: "x"]).get("/", [.accept: "text/html"]).text
        #expect(html.contains(">\(shown)</a>"))
        #expect(html.contains("href=\"\(link)"))
    }

    @Test("A listing shows nothing that a request would not get")
    func leaksNothing() async throws {
        let site = try Site([".env": "", "a": ""])
        try site.folder.link("root/out", to: "../secret.txt")
        try site.folder.link("root/dangling", to: "nowhere")
        try site.folder.link("root/inside", to: "a")
        try site.folder.makeFIFO("root/pipe")
        #expect(try await site.get("/").listedNames == ["a", "inside"])
        #expect(try await site.get("/", section: "symlinks = none").listedNames == ["a"])
        #expect(try await site.get("/", section: "hidden = yes").listedNames == [".env", "a", "inside"])
    }

    @Test("A page below the root links to its parent; the root has none")
    func parent() async throws {
        let site = try Site(["d/e/x": ""])
        #expect(try await site.get("/d/e/", [.accept: "text/html"]).text.contains(#"href="../""#))
        #expect(try await !site.get("/", [.accept: "text/html"]).text.contains(#"href="../""#))
    }

    @Test("Control characters in names take no effect on a terminal")
    func control() async throws {
        #expect(try await Site(["a\u{1B}[2J\n": ""]).get("/").listedNames == ["a␛[2J␊"])
    }

    @Test("An empty folder is an empty list")
    func empty() async throws {
        #expect(try await Site().get("/").text == "")
        #expect(
            try await Site().get("/", [.accept: "application/json"]).text.filter { !$0.isWhitespace } == "[]")
        #expect(try await Site().get("/", [.accept: "text/html"]).text.contains("Nothing here"))
    }
}

@Suite("files: listings in order and of any size", .timeLimit(.minutes(1)))
struct FolderOrderTests {
    private func site() throws -> Site {
        let site = try Site(["b": "1", "a": "333", "c": "22", "y/x": "", "x/x": ""])
        for (name, time) in [("a", 100), ("b", 300), ("c", 200), ("y", 5), ("x", 6)] {
            try site.folder.setModificationTime(time, of: "root/\(name)")
        }
        return site
    }

    @Test(
        "sort and order of the query, folders always first; what is neither is the default",
        arguments: [
            ("", "x/ y/ a b c"), ("?sort=name", "x/ y/ a b c"), ("?sort=name&order=desc", "y/ x/ c b a"),
            ("?sort=size", "x/ y/ b c a"), ("?sort=size&order=desc", "x/ y/ a c b"),
            ("?sort=time&order=asc", "y/ x/ a c b"), ("?order=desc&sort=time", "x/ y/ b c a"),
            ("?sort=colour", "x/ y/ a b c"), ("?sort=size&order=up", "x/ y/ b c a"),
        ])
    func sorts(_ query: String, _ names: String) async throws {
        #expect(try await site().get("/\(query)").listedNames == names.split(separator: " ").map(String.init))
    }

    @Test("Heads of columns lead to their orders, and the one in force the other way; no script is there")
    func heads() async throws {
        let html = try await site().get("/?sort=size", [.accept: "text/html"]).text
        #expect(html.contains(#"aria-sort="ascending"><a href="?sort=size&amp;order=desc">Size</a>"#))
        #expect(html.contains(#"<th class="name"><a href="?sort=name&amp;order=asc">Name</a></th>"#))
        #expect(html.contains(#"<a href="?sort=time&amp;order=asc">Modified (UTC)</a>"#))
        #expect(!html.contains("<script"))
    }

    @Test(
        "RFC 9110 §13: a listing has a tag that changes with what it shows",
        arguments: ["text/html", "application/json", "text/plain"])
    func conditions(_ type: String) async throws {
        let site = try site()
        let tag = try #require(try await site.get("/", [.accept: type]).fields[.eTag])
        let fields: HTTPFields = [.accept: type, .ifNoneMatch: tag]
        let unchanged = try await site.get("/", fields)
        #expect(unchanged.status == .notModified)
        #expect(
            unchanged.fields == [
                .vary: "Accept", .xContentTypeOptions: "nosniff", .cacheControl: "no-cache", .eTag: tag,
            ])
        #expect(try await site.get("/?sort=name&order=desc", fields).status == .ok)
        #expect(try await site.get("/", [.accept: type, .ifMatch: "\"x\""]).status == .preconditionFailed)
        try site.folder.write("", to: "root/new")
        #expect(try await site.get("/", fields).status == .ok)
    }

    @Test(
        "A folder of many is sent in parts, each entry once and in order",
        arguments: ["", "?sort=name&order=desc", "?sort=size&order=desc", "?sort=time"])
    func large(_ query: String) async throws {
        let site = try Site()
        let names = (0..<1_500).map { "f\(String($0, radix: 36))" }
        try site.folder.makeFolder("root/zz")
        try site.folder.write("xx", to: "root/f0")
        for name in names.dropFirst() { try site.folder.link("root/\(name)", to: "f0") }
        try site.folder.makeFIFO("root/fifo")
        var settings = FileSettings(
            index: [], lists: true, showsHidden: false, links: .inside, types: ContentTypes())
        (settings.wholeListing, settings.listingBatch) = (100, 600)
        let handler = FileHandler(
            root: try RootDirectory(site.folder["root"]), settings: settings,
            blocking: BlockingPool(threads: 1))
        let get = { (fields: HTTPFields) in
            try await respond(handler, to: .make(.get, "/\(query)", fields: fields))
        }
        let text = try await get([:])
        #expect(text.length == nil && text.fields[.eTag] == nil)
        let shown = text.listedNames
        #expect(shown.first == "zz/")
        let sorted = names.sorted()
        #expect(
            shown.dropFirst().elementsEqual(
                query.hasSuffix("name&order=desc") ? sorted.reversed() : sorted, by: ==))
        let json = try await get([.accept: "application/json"]).text
        #expect(json.hasPrefix("[\n  {\n") && json.hasSuffix("  }\n]\n"))
        #expect(json.split(separator: "\n").count { $0 == "  }," } == names.count)
        let html = try await get([.accept: "text/html"]).text
        #expect(html.contains("1 folder, 1500 files, 2.9 KiB"))
        #expect(html.hasSuffix("</html>\n"))
    }
}
