import Configuration
import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

/// A wiki in a folder of its own, asked under `/wiki`.
struct TestWiki {
    let folder: TemporaryFolder
    let handler: any Handler
    static let html: HTTPFields = [.accept: "text/html"]

    /// - Parameters:
    ///   - files: Contents by path below the wiki's folder.
    ///   - templates: Contents by name in the folder of templates; nil for a section without that key.
    init(
        _ files: [String: String] = [:], templates: [String: String]? = nil, section: String = "",
        mount: String = "/wiki"
    )
        throws
    {
        folder = try TemporaryFolder()
        try folder.makeFolder("pages")
        for (path, text) in files { try folder.write(text, to: "pages/" + path) }
        try folder.makeFolder("templates")
        for (name, text) in templates ?? [:] { try folder.write(text, to: "templates/" + name) }
        let key = templates == nil ? "" : "templates = \(folder["templates"])\n"
        handler = try make(
            handler: .wiki, "root = \(folder["pages"])\n\(key)\(section)", context: .forTesting(mount: mount))
    }

    func get(_ path: String, _ fields: HTTPFields = [:], mount: String = "/wiki") async throws -> TestResponse
    {
        try await respond(handler, to: .make(.get, mount + path, fields: fields, mount: mount))
    }

    func post(_ path: String, _ body: String, _ fields: HTTPFields = [:]) async throws -> TestResponse {
        var fields = fields
        if !fields.contains(.contentType) { fields[.contentType] = "application/x-www-form-urlencoded" }
        return try await respond(
            handler, to: .make(.post, "/wiki" + path, fields: fields, body: body, mount: "/wiki"))
    }

    /// Saves a text as a browser would that has seen the page as it is.
    func save(_ page: String, _ text: String) async throws -> TestResponse {
        try await post("/save/\(page)", "base=\(base(of: page))&body=\(text)")
    }

    func base(of page: String) async throws -> String {
        try await value(of: "base", in: get("/edit/\(page)", [.accept: "application/json"]).text)
    }

    /// A member of a JSON document whose value is a plain string.
    func value(of member: String, in json: String) throws -> String {
        let tail = try #require(json.firstRange(of: "\"\(member)\" : \""))
        return String(json[tail.upperBound...].prefix { $0 != "\"" })
    }

    func file(_ name: String) throws -> String { try folder.text(of: "pages/" + name) }

    func revisions(of page: String) async throws -> Int {
        try await get("/history/\(page)").text.split(separator: "\n").count
    }
}

@Suite("wiki: pages", .timeLimit(.minutes(1)))
struct WikiTests {
    @Test("The root lists the pages by name, and what is no page is not among them")
    func list() async throws {
        let wiki = try TestWiki([
            "b.md": "", "A.md": "", "c.txt": "", "bad name.md": "", ".hidden.md": "", "sub/d.md": "",
        ])
        try wiki.folder.link("pages/link.md", to: "A.md")
        for path in ["", "/"] { #expect(try await wiki.get(path).text == "A\nb\n") }
        let html = try await wiki.get("/", TestWiki.html).text
        #expect(html.contains(#"<a href="/wiki/view/A">A</a>"#))
        #expect(html.contains(#"action="/wiki/goto""#))
        let json = try await wiki.get("/", [.accept: "application/json"]).text
        #expect(json.contains(#""url" : "/wiki/view/A""#))
    }

    @Test("Under / the links have no prefix")
    func atRoot() async throws {
        let wiki = try TestWiki(["A.md": "[[A]]"], mount: "/")
        let html = try await wiki.get("/view/A", TestWiki.html, mount: "").text
        #expect(html.contains(#"<p><a href="/view/A">A</a></p>"#))
    }

    @Test("A page is Markdown as HTML, and its text for who asks for text or JSON")
    func view() async throws {
        let text = "# Title\n\n|a|\n|-|\n|b|\n\n- [x] done\n"
        let wiki = try TestWiki(["A.md": text])
        let html = try await wiki.get("/view/A", TestWiki.html)
        #expect(html.fields[.contentType] == "text/html; charset=utf-8")
        #expect(html.text.contains("<h1>Title</h1>"))
        #expect(html.text.contains("<td>b</td>"))
        #expect(html.text.contains(#"<input type="checkbox" checked="" disabled="" /> done"#))
        let plain = try await wiki.get("/view/A", [.accept: "text/plain"])
        #expect(plain.text == text)
        #expect(plain.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(plain.fields[.vary] == "Accept")
        let json = try await wiki.get("/view/A", [.accept: "application/json"]).text
        #expect(json.contains(##""text" : "# Title\n\n|a|"##))
        #expect(json.contains(#""html" : "<h1>Title</h1>\n"#))
    }

    @Test("[[Page]] links to a page; one that is not there is marked; a name against the rule is left alone")
    func links() async throws {
        let wiki = try TestWiki(["A.md": "[[B]] [[C]] [[no page]] [[../x]] `[[B]]`", "B.md": ""])
        let html = try await wiki.get("/view/A", TestWiki.html).text
        #expect(
            html.contains(
                #"<a href="/wiki/view/B">B</a> <a href="/wiki/view/C"><span class="absent">C</span></a> [[no page]] [[../x]]"#
            ))
        #expect(html.contains("<code>[[B]]</code>"))
    }

    @Test("A page shows which pages link to it, and follows their changes")
    func backlinks() async throws {
        let wiki = try TestWiki(["A.md": "[[A]]", "B.md": "x [[A]]", "C.md": "`[[A]]`"])
        #expect(
            try await wiki.get("/view/A", TestWiki.html).text.contains(
                #"Linked from: <a href="/wiki/view/B">B</a></p>"#))
        try wiki.folder.write("none", to: "pages/B.md")
        try wiki.folder.write("[[A]]", to: "pages/C.md")
        let json = try await wiki.get("/view/A", [.accept: "application/json"]).text
        #expect(json.filter { !$0.isWhitespace }.contains(#""backlinks":["C"]"#))
    }

    @Test("A page that is absent is a 404 that offers to make it")
    func absent() async throws {
        let wiki = try TestWiki(["B.md": "[[A]]"])
        let html = try await wiki.get("/view/A", TestWiki.html)
        #expect(html.status == .notFound)
        #expect(html.text.contains(#"href="/wiki/edit/A">Make this page"#))
        #expect(html.text.contains(#"<a href="/wiki/view/B">B</a>"#))
        #expect(try await wiki.get("/view/A").status == .notFound)
        #expect(try await wiki.get("/view/A").text.contains("/wiki/edit/A"))
        let form = try await wiki.get("/edit/A", TestWiki.html)
        #expect(form.status == .ok)
        #expect(form.text.contains(#"<input type="hidden" name="base" value="">"#))
    }

    @Test(
        "A name against the rule is nowhere",
        arguments: [
            "..%2Fsecret", ".history", "a.md", "a%20b", "%C3%A9", "-a", "_a", "", "a/b", "a%5Cb",
            String(repeating: "a", count: 101), "con%3A",
        ])
    func names(_ name: String) async throws {
        let wiki = try TestWiki()
        try wiki.folder.write("SECRET", to: "secret.md")
        for verb in ["view", "edit", "history"] {
            #expect(try await wiki.get("/\(verb)/\(name)").status == .notFound)
        }
        #expect(try await wiki.post("/save/\(name)", "body=x").status == .notFound)
        #expect(try wiki.folder.names(in: "pages") == [])
    }

    @Test("A name with a NUL is not even a target")
    func nul() async throws {
        let wiki = try TestWiki()
        for verb in ["view", "edit", "history"] {
            await #expect(throws: HTTPSyntaxError.self) { try await wiki.get("/\(verb)/a%00b") }
        }
        await #expect(throws: HTTPSyntaxError.self) { try await wiki.post("/save/a%00b", "body=x") }
        #expect(try wiki.folder.names(in: "pages") == [])
    }

    @Test("A query of more fields than anyone needs is a bad request")
    func longQuery() async throws {
        let wiki = try TestWiki(["A.md": "a"])
        let response = try await wiki.get("/view/A?" + String(repeating: "a&", count: 1_001))
        #expect(response.status == .badRequest)
    }

    @Test("Every address takes its own methods")
    func methods() async throws {
        let wiki = try TestWiki(["A.md": ""])
        for path in ["/save/A", "/goto", "/restore/A"] {
            let response = try await wiki.get(path)
            #expect(response.status == .methodNotAllowed)
            #expect(response.fields[.allow] == "POST, OPTIONS")
        }
        for path in ["/", "/view/A", "/edit/A", "/search", "/file/style.css"] {
            let response = try await wiki.post(path, "")
            #expect(response.status == .methodNotAllowed)
            #expect(response.fields[.allow] == "GET, HEAD, OPTIONS")
        }
        #expect(try await wiki.get("/nothing").status == .notFound)
        #expect(try await wiki.get("/view").status == .notFound)
    }

    @Test("The search finds pages that have all words, in name or text, in any case")
    func search() async throws {
        let wiki = try TestWiki([
            "A.md": "Ein Apfel\nund eine Birne\n", "B.md": "apfel", "Birne.md": "nichts",
            "CRLF.md": "eins\r\nzwei\r\n",
        ])
        #expect(try await wiki.get("/search?q=zwei").text == "CRLF:2: zwei\n")
        #expect(try await wiki.get("/search?q=APFEL").text == "A:1: Ein Apfel\nB:1: apfel\n")
        #expect(try await wiki.get("/search?q=apfel+birne").text == "A:1: Ein Apfel\nA:2: und eine Birne\n")
        #expect(try await wiki.get("/search?q=birne").text == "A:2: und eine Birne\nBirne\n")
        #expect(try await wiki.get("/search?q=%20").text == "")
        let html = try await wiki.get("/search?q=%3Cb%3E", TestWiki.html).text
        #expect(html.contains("&lt;b&gt;"))
        #expect(!html.contains("<b>"))
    }

    @Test(
        "What somebody typed runs nothing, on no page",
        arguments: [
            "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))",
            "</textarea><script>",
            "</pre><script>", "{{mount}}{{{html}}}", "[[A]]\" onclick=\"x", "![](javascript:x)",
        ])
    func escapes(_ text: String) async throws {
        let wiki = try TestWiki(["A.md": "old " + text, "B.md": text])
        _ = try await wiki.get("/view/A")
        try wiki.folder.write("new " + text, to: "pages/A.md")
        let encoded = text.utf8.map { "%" + String(Int($0) + 0x100, radix: 16).dropFirst() }.joined()
        var pages = [try await wiki.post("/save/A", "base=x&body=\(encoded)", TestWiki.html).text]
        for path in ["/", "/view/A", "/edit/A", "/history/A", "/diff/A?from=1&to=2", "/search?q=\(encoded)"] {
            pages.append(try await wiki.get(path, TestWiki.html).text)
        }
        for page in pages {
            #expect(!page.contains("<script"))
            #expect(!page.contains("<img src=x"))
            #expect(!page.contains("=\"javascript"))
            #expect(!page.contains("\" onclick=\""))
            #expect(page.contains("<title>"))
        }
    }

    @Test("No page may run a script, be framed, or send its form elsewhere")
    func policy() async throws {
        let policy = try await TestWiki().get("/", TestWiki.html).fields[.contentSecurityPolicy]
        let parts = policy?.split(separator: "; ").map(String.init) ?? []
        for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
        {
            #expect(parts.contains(part))
        }
        #expect(policy?.contains("script-src") == false)
    }

    @Test("Texts that are not UTF-8 are shown, not refused")
    func otherBytes() async throws {
        let wiki = try TestWiki()
        try wiki.folder.write([0x61, 0xFF, 0x0A], to: "pages/A.md")
        #expect(try await wiki.get("/view/A").text == "a\u{FFFD}\n")
        #expect(try await wiki.get("/view/A", TestWiki.html).text.contains("<p>a\u{FFFD}</p>"))
    }
}
