import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

@Suite("wiki: templates and files", .timeLimit(.minutes(1)))
struct WikiTemplateTests {
    @Test("A template of the folder takes the place of the built-in one of its name, and of no other")
    func overrides() async throws {
        let wiki = try TestWiki(
            ["A.md": "*a*"], templates: ["view.mustache": "{{name}}: {{{html}}} {{html}}"])
        #expect(
            try await wiki.get("/view/A", TestWiki.html).text
                == "A: <p><em>a</em></p>\n &lt;p&gt;&lt;em&gt;a&lt;/em&gt;&lt;/p&gt;\n")
        #expect(try await wiki.get("/edit/A", TestWiki.html).text.contains("<textarea"))
    }

    @Test("The header is part of every page, and a template may have parts of its own")
    func parts() async throws {
        let wiki = try TestWiki(templates: [
            "header.mustache": "HEADER {{title}} {{> own}}", "own.mustache": "{{mount}}!",
        ])
        #expect(try await wiki.get("/", TestWiki.html).text.contains("HEADER Pages /wiki!"))
    }

    @Test(
        "A mistake in a template is told with its file and line",
        arguments: [
            ("a\n{{#x}}\nb\n", 4, "not closed"), ("{{#x}}{{/y}}", 1, "another's name"),
            ("a\nb {{x", 2, "not closed"),
        ])
    func mistakes(_ text: String, _ line: Int, _ message: String) throws {
        let failure = #expect(throws: ConfigurationFailure.self) {
            try TestWiki(templates: ["list.mustache": text, "edit.mustache": "fine"])
        }
        let diagnostic = try #require(failure?.diagnostics.first)
        #expect(failure?.diagnostics.count == 1)
        #expect(diagnostic.location.file.hasSuffix("/templates/list.mustache"))
        #expect(diagnostic.location.line == line)
        #expect(diagnostic.message.contains(message), "\(diagnostic)")
    }

    @Test("A part that is not there, or leads back to where it stands, is told with its file and line")
    func partMistakes() throws {
        let failure = #expect(throws: ConfigurationFailure.self) {
            try TestWiki(templates: [
                "list.mustache": "\n{{> heder}}", "header.mustache": "{{> a}}",
                "a.mustache": "x\r\n\n{{>header}}",
                "own.mustache": "{{> own}}", "fine.mustache": "{{> footer}}{{> fine2}}",
                "fine2.mustache": "{{> footer}}",
            ])
        }
        let told = failure?.diagnostics.map { diagnostic in
            "\(diagnostic.location.file.split(separator: "/").last ?? ""):\(diagnostic.location.line): \(diagnostic.message)"
        }
        #expect(
            told == [
                "a.mustache:3: the template 'a' includes itself",
                "header.mustache:1: the template 'header' includes itself",
                "list.mustache:2: unknown template 'heder', did you mean 'header'?",
                "own.mustache:1: the template 'own' includes itself",
            ])
    }

    @Test("All mistakes are told at once")
    func allMistakes() throws {
        let failure = #expect(throws: ConfigurationFailure.self) {
            try TestWiki(templates: ["list.mustache": "{{#a}}", "edit.mustache": "{{#b}}"])
        }
        #expect(failure?.diagnostics.count == 2)
    }

    @Test("A folder that is not there is an error at its key")
    func noFolder() throws {
        let failure = #expect(throws: ConfigurationFailure.self) {
            try make(handler: .wiki, "root = /tmp\ntemplates = /nowhere/at/all")
        }
        #expect(failure?.diagnostics.first?.location.line == 2)
    }

    @Test("The style sheet is served, also conditionally, and can be replaced; other files can be added")
    func files() async throws {
        let built = try await TestWiki().get("/file/style.css")
        #expect(built.fields[.contentType] == "text/css; charset=utf-8")
        #expect(built.text.contains("prefers-color-scheme: dark"))
        let tag = try #require(built.fields[.eTag])
        #expect(try await TestWiki().get("/file/style.css", [.ifNoneMatch: tag]).status == .notModified)
        let wiki = try TestWiki(templates: [
            "style.css": "own", "logo.svg": "<svg/>", "x.mustache": "", "secret.txt": "",
        ])
        #expect(try await wiki.get("/file/style.css").text == "own")
        #expect(try await wiki.get("/file/logo.svg").fields[.contentType]?.hasPrefix("image/svg+xml") == true)
        for name in ["x.mustache", "secret.txt", "", "a/b.css", "..%2Fpages%2FA.md"] {
            #expect(try await wiki.get("/file/\(name)").status == .notFound)
        }
    }
}
