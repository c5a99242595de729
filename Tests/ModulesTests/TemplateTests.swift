import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

/// A template handler at `/t` whose folder has those files.
private struct TestTemplates {
    let folder: TemporaryFolder
    let handler: any Handler

    init(_ files: [String: String], section: String = "") throws {
        folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(text, to: name) }
        handler = try make(
            handler: .template, "root = \(folder.path)\n\(section)", context: .forTesting(mount: "/t"))
    }

    func get(_ target: String, fields: HTTPFields = [:]) async throws -> TestResponse {
        try await respond(handler, to: .make(.get, "/t\(target)", fields: fields, mount: "/t"))
    }
}

@Suite("template")
struct TemplateTests {
    @Test("A template shows the query's pairs, those of a name that is repeated as a list")
    func query() async throws {
        let templates = try TestTemplates([
            "hello.html.mustache":
                "Hello, {{name}}{{^name}}nobody{{/name}}!{{#tag}} {{.}}{{/tag}} {{query.name}}"
        ])
        #expect(try await templates.get("/hello.html?name=Ann").text == "Hello, Ann! Ann")
        #expect(try await templates.get("/hello.html").text == "Hello, nobody! ")
        #expect(try await templates.get("/hello.html?tag=1&name=B&tag=2").text == "Hello, B! 1 2 B")
        #expect(try await templates.get("/hello.html?tag=1&name=B").text == "Hello, B! 1 B")
    }

    @Test(
        "Values are escaped, with a combining mark behind them too",
        arguments: [
            ("<b>'\"&", "&lt;b&gt;&#39;&quot;&amp;"), ("\"\u{301}", "&quot;\u{301}"),
            ("{{vars}}", "{{vars}}"),
            ("\u{1B}[2J", "␛[2J"),
        ])
    func escaping(value: String, shown: String) async throws {
        let templates = try TestTemplates([
            "a.html.mustache": "<p title=\"{{x}}\">", "raw.mustache": "{{{x}}}",
        ])
        let query = "x=" + value.utf8.map { "%" + String(256 + Int($0), radix: 16).dropFirst() }.joined()
        #expect(try await templates.get("/a.html?\(query)").text == "<p title=\"\(shown)\">")
        #expect(try await templates.get("/raw?\(query)").text == value)
    }

    @Test("JSON is escaped as JSON wants it, plain text not at all")
    func otherTypes() async throws {
        let templates = try TestTemplates([
            "a.json.mustache": #"{"x": "{{x}}"}"#, "a.txt.mustache": "{{x}}",
        ])
        #expect(try await templates.get("/a.json?x=%22%3C%0A").text == #"{"x": "\"<\n"}"#)
        #expect(try await templates.get("/a.txt?x=%22%3C%0A").text == "\"<\n")
    }

    @Test(
        "The content type is that of the suffix, HTML without one",
        arguments: [
            ("/a.html", "text/html; charset=utf-8"), ("/a.json", "application/json"),
            ("/a.txt", "text/plain; charset=utf-8"), ("/sub/a.svg", "image/svg+xml; charset=utf-8"),
            ("/plain", "text/html; charset=utf-8"), ("/", "text/html; charset=utf-8"),
            ("", "text/html; charset=utf-8"), ("/sub/", "text/html; charset=utf-8"),
        ])
    func types(target: String, type: String) async throws {
        let names = ["a.html", "a.json", "a.txt", "sub/a.svg", "plain", "index.html", "sub/index.html"]
        let templates = try TestTemplates(
            Dictionary(uniqueKeysWithValues: names.map { ("\($0).mustache", $0) }))
        let response = try await templates.get(target)
        #expect(response.fields[.contentType] == type)
        #expect(response.fields[.cacheControl] == "no-store")
        #expect(response.fields[.xContentTypeOptions] == "nosniff")
        #expect(names.contains(response.text))
    }

    @Test(
        "What is no template, hidden, or there for others to include is a 404",
        arguments: [
            "/other.txt", "/a.mustache", "/a/", "/_part", "/sub/_x/y", "/.secret", "/none", "/%FF",
            "/..%2F..%2Foutside",
            "/%2E%2E/outside", "/link",
        ])
    func absent(target: String) async throws {
        let outside = try TemporaryFolder()
        try outside.write("outside", to: "x.mustache")
        let folder = try TemporaryFolder()
        for name in ["a.mustache", "_part.mustache", "sub/_x/y.mustache", ".secret.mustache", "other.txt"] {
            try folder.write("x", to: name)
        }
        let handler = try make(handler: .template, "root = \(folder.path)")
        #expect(try await respond(handler, to: .make(.get, target)).status == .notFound)
        #expect(try await respond(handler, to: .make(.get, "/a")).status == .ok)
    }

    @Test("Templates include others by their path below the root")
    func partials() async throws {
        let templates = try TestTemplates([
            "a.mustache": "{{> _head}}-{{> sub/foot}}", "_head.mustache": "<{{x}}>",
            "sub/foot.mustache": "foot",
        ])
        #expect(try await templates.get("/a?x=%3C").text == "<&lt;>-foot")
    }

    @Test(
        "RFC 9112 §3.2.2: the address is the same in each form of a target",
        arguments: ["/t/f.txt?a=b", "http://localhost/t/f.txt?a=b"])
    func url(target: String) async throws {
        let templates = try TestTemplates(["f.txt.mustache": "{{{request.url}}}"])
        let response = try await respond(templates.handler, to: .make(.get, target, mount: "/t"))
        #expect(response.text.hasSuffix("/t/f.txt?a=b"))
        #expect(response.text.split(separator: "://").count == 2)
    }

    @Test("The facts of the request, and the variables, which the query does not replace")
    func facts() async throws {
        let section = "vars = site = A & B\nvars = empty ="
        let templates = try TestTemplates(
            [
                "f.txt.mustache": """
                {{request.method}} {{request.path}} {{request.url}} {{request.scheme}} {{request.host}}
                {{request.remote}} {{request.user_agent}} {{request.time}}
                {{site}}|{{vars.site}}|{{empty}}|{{query.site}}
                """
            ], section: section)
        let text = try await templates.get("/f.txt?site=C&request=x", fields: [.userAgent: "curl"]).text
        #expect(
            text == """
                GET /t/f.txt https://localhost/t/f.txt?site=C&request=x https localhost
                127.0.0.1 curl 2026-11-21T10:43:00Z
                A & B|A & B||C
                """)
    }

    @Test(
        "Mistakes are told at their file and line",
        arguments: [
            ("a\n{{#x}}\nb\n", 4, "not closed"), ("\n{{> none}}", 2, "none"),
            ("{{> sub/bad}}", 1, "includes itself"),
        ])
    func mistakes(text: String, line: Int, message: String) throws {
        let failure = #expect(throws: ConfigurationFailure.self) {
            try TestTemplates(["sub/bad.mustache": text, "fine.mustache": "fine"])
        }
        #expect(failure?.diagnostics.count == 1)
        let diagnostic = try #require(failure?.diagnostics.first)
        #expect(diagnostic.location.file.hasSuffix("/sub/bad.mustache"))
        #expect(diagnostic.location.line == line)
        #expect(diagnostic.message.contains(message), "\(diagnostic)")
    }

    @Test(
        "A name that is none, or a fact's, is no variable",
        arguments: ["x", "a b = c", "query = x", "request = x", "vars = x", "a.b = c", "= c"])
    func variables(line: String) throws {
        #expect(throws: ConfigurationFailure.self) { try TestTemplates([:], section: "vars = \(line)") }
    }

    @Test("A root that is not there is told")
    func noRoot() throws {
        let failure = #expect(throws: ConfigurationFailure.self) {
            try make(handler: .template, "root = /nowhere/at/all")
        }
        #expect(failure?.diagnostics.first?.message.contains("cannot be read") == true)
    }

    @Test("More pairs than anyone writes are a 413")
    func manyPairs() async throws {
        let query = String(repeating: "a&", count: 1_001)
        #expect(try await TestTemplates(["a.mustache": ""]).get("/a?\(query)").status == .contentTooLarge)
    }
}
