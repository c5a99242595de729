import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

@Suite("wiki: saving", .timeLimit(.minutes(1)))
struct WikiSavingTests {
    @Test("A save is answered with 303 to the page, and the file has the text")
    func saves() async throws {
        let wiki = try TestWiki()
        let response = try await wiki.save("A", "one%0D%0Atwo%C3%A9")
        #expect(response.status == .seeOther)
        #expect(response.fields[.location] == "/wiki/view/A")
        #expect(try wiki.file("A.md") == "one\ntwoé\n")
        #expect(try await wiki.save("A", "three%0A").status == .seeOther)
        #expect(try await wiki.get("/view/A").text == "three\n")
        #expect(try wiki.folder.names(in: "pages") == [".history", "A.md"])
    }

    @Test(
        "A text comes back from the form as it was",
        arguments: ["a\tb\u{202E}c\u{0C}\n", "\n\nx\n", "&amp;<b>\"'\n", "  a\n"])
    func roundTrip(_ text: String) async throws {
        let wiki = try TestWiki(["A.md": text])
        let html = try await wiki.get("/edit/A", TestWiki.html).text
        let start = try #require(html.firstRange(of: "autofocus>\n"))
        let end = try #require(html.firstRange(of: "</textarea>"))
        var source = String(html[start.upperBound..<end.lowerBound])
        for (entity, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ] {
            source = source.split(separator: entity, omittingEmptySubsequences: false).joined(
                separator: character)
        }
        #expect(source == text)
    }

    @Test("goto is answered with 303 to the form, or with the rule for names")
    func goTo() async throws {
        let wiki = try TestWiki()
        let response = try await wiki.post("/goto", "page=Some-Page_1")
        #expect(response.status == .seeOther)
        #expect(response.fields[.location] == "/wiki/edit/Some-Page_1")
        for name in ["", "a+b", "..%2Fx", "a%0D%0AX:y"] {
            let refused = try await wiki.post("/goto", "page=\(name)")
            #expect(refused.status == .badRequest)
            #expect(refused.text.contains("A page's name has"))
        }
    }

    @Test("A save on an outdated page is a 409 with both texts and a form, and saves nothing")
    func conflict() async throws {
        let wiki = try TestWiki(["A.md": "first\nsame\n"])
        let base = try await wiki.base(of: "A")
        #expect(try await wiki.save("A", "theirs%0Asame").status == .seeOther)
        let mine = "base=\(base)&body=mine%0Asame"
        let html = try await wiki.post("/save/A", mine, TestWiki.html)
        #expect(html.status == .conflict)
        #expect(
            html.text.contains(
                #"<tr><td class="removed"><pre>theirs</pre></td><td class="added"><pre>mine</pre></td></tr>"#)
        )
        #expect(html.text.contains("mine\nsame\n</textarea>"))
        #expect(html.text.contains("name=\"base\" value=\"\(try await wiki.base(of: "A"))\""))
        let json = try await wiki.post("/save/A", mine, [.accept: "application/json"])
        #expect(json.status == .conflict)
        #expect(json.text.contains(#""current" : "theirs\nsame\n""#))
        #expect(json.text.contains(#""yours" : "mine\nsame\n""#))
        let text = try await wiki.post("/save/A", mine)
        #expect(text.text.contains("-theirs\n+mine\n same\n"))
        #expect(try wiki.file("A.md") == "theirs\nsame\n")
        // The form's own base is the page as it is now.
        let merged = "base=\(try wiki.value(of: "base", in: json.text))&body=both"
        #expect(try await wiki.post("/save/A", merged).status == .seeOther)
        #expect(try wiki.file("A.md") == "both\n")
    }

    @Test("Two who make the same page: the second gets a 409")
    func conflictOfNew() async throws {
        let wiki = try TestWiki()
        #expect(try await wiki.post("/save/A", "base=&body=one").status == .seeOther)
        #expect(try await wiki.post("/save/A", "base=&body=two").status == .conflict)
        #expect(try wiki.file("A.md") == "one\n")
    }

    @Test("A page that was removed meanwhile is a 409 too, and can then be made")
    func conflictOfRemoved() async throws {
        let wiki = try TestWiki(["A.md": "one\n"])
        let base = try await wiki.base(of: "A")
        try wiki.folder.delete("pages/A.md")
        #expect(try await wiki.post("/save/A", "base=\(base)&body=two").status == .conflict)
        #expect(try await wiki.save("A", "two").status == .seeOther)
    }

    @Test("A save that names no base, as a script's, replaces the page; the history keeps what was there")
    func withoutBase() async throws {
        let wiki = try TestWiki(["A.md": "one\n"])
        #expect(try await wiki.post("/save/A", "body=two").status == .seeOther)
        #expect(try await wiki.get("/view/A?revision=1").text == "one\n")
        #expect(try await wiki.get("/view/A?revision=2").text == "two\n")
    }

    @Test("An edit by hand is a revision, and makes a save that does not know it a 409")
    func byHand() async throws {
        let wiki = try TestWiki()
        _ = try await wiki.save("A", "one")
        let base = try await wiki.base(of: "A")
        try wiki.folder.write("by hand\n", to: "pages/A.md")
        #expect(try await wiki.post("/save/A", "base=\(base)&body=two").status == .conflict)
        _ = try await wiki.save("A", "three")
        for (number, text) in [(1, "one\n"), (2, "by hand\n"), (3, "three\n")] {
            #expect(try await wiki.get("/view/A?revision=\(number)").text == text)
        }
        #expect(try await wiki.revisions(of: "A") == 3)
    }

    @Test("An edit by hand that leaves size and time as they were is not lost")
    func byHandUnseen() async throws {
        let wiki = try TestWiki()
        _ = try await wiki.save("A", "one")
        try wiki.folder.setModificationTime(1_000, of: "pages/A.md")
        try wiki.folder.setModificationTime(1_000, of: "pages/.history/A/1.md")
        try wiki.folder.write("two\n", to: "pages/A.md")
        try wiki.folder.setModificationTime(1_000, of: "pages/A.md")
        _ = try await wiki.save("A", "three")
        #expect(try await wiki.get("/view/A?revision=2").text == "two\n")
    }

    @Test("A file that was only touched or copied is no new revision")
    func touched() async throws {
        let wiki = try TestWiki()
        _ = try await wiki.save("A", "one")
        try wiki.folder.setModificationTime(1_000, of: "pages/A.md")
        #expect(try await wiki.revisions(of: "A") == 1)
        _ = try await wiki.save("A", "one")
        #expect(try await wiki.revisions(of: "A") == 1)
    }

    @Test("Looking at a page whose folder can't take a history works all the same")
    func readOnly() async throws {
        let wiki = try TestWiki(["A.md": "one\n", ".history": "a file in the way"])
        #expect(try await wiki.get("/view/A").text == "one\n")
    }

    @Test("The history lists the revisions, shows what differs, and restores one")
    func history() async throws {
        let wiki = try TestWiki()
        for text in ["a%0Ab%0Ac", "a%0AB%0Ac", "x"] { _ = try await wiki.save("A", text) }
        let list = try await wiki.get("/history/A").text.split(separator: "\n").map {
            $0.split(separator: " ")
        }
        #expect(list.map(\.first) == ["3", "2", "1"])
        #expect(list.map(\.last) == ["2", "6", "6"])
        let difference = try await wiki.get("/diff/A?from=1&to=2").text
        #expect(difference == "--- A 1\n+++ A 2\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n")
        let html = try await wiki.get("/diff/A?from=1&to=2", TestWiki.html).text
        #expect(
            html.contains(
                #"<tr class="removed"><td class="number">2</td><td class="number"></td><td class="sign">-</td><td><pre>b</pre>"#
            ))
        let restored = try await wiki.post("/restore/A", "revision=1&base=\(wiki.base(of: "A"))")
        #expect(restored.status == .seeOther)
        #expect(try wiki.file("A.md") == "a\nb\nc\n")
        #expect(try await wiki.revisions(of: "A") == 4)
    }

    @Test("The last revision is the file of the highest number, whatever else lies there")
    func lastRevision() async throws {
        let wiki = try TestWiki()
        for number in 1...11 { _ = try await wiki.save("A", "\(number)") }
        try wiki.folder.makeFolder("pages/.history/A/99.md")
        for name in ["0100.md", "+101.md", "102.txt"] {
            try wiki.folder.write("x", to: "pages/.history/A/\(name)")
        }
        _ = try await wiki.save("A", "last")
        #expect(try wiki.file(".history/A/12.md") == "last\n")
        #expect(try await wiki.revisions(of: "A") == 12)
    }

    @Test("A restore on an outdated page is a 409")
    func restoreConflict() async throws {
        let wiki = try TestWiki()
        for text in ["one", "two"] { _ = try await wiki.save("A", text) }
        #expect(try await wiki.post("/restore/A", "revision=1&base=x").status == .conflict)
        #expect(try wiki.file("A.md") == "two\n")
    }

    @Test("A page that was removed by hand is in the history, and can be restored")
    func restoreRemoved() async throws {
        let wiki = try TestWiki()
        _ = try await wiki.save("A", "one")
        try wiki.folder.delete("pages/A.md")
        #expect(try await wiki.get("/view/A", TestWiki.html).text.contains("/wiki/history/A"))
        #expect(try await wiki.get("/history/A", TestWiki.html).text.contains("Restore"))
        #expect(try await wiki.post("/restore/A", "revision=1&base=").status == .seeOther)
        #expect(try wiki.file("A.md") == "one\n")
    }

    @Test(
        "Revisions that are none", arguments: ["0", "-1", "x", "", "9", "1/../../A", "99999999999999999999"])
    func noRevision(_ number: String) async throws {
        let wiki = try TestWiki(["A.md": "one\n"])
        for path in ["/view/A?revision=\(number)", "/diff/A?from=1&to=\(number)"] {
            #expect(try await [400, 404].contains(wiki.get(path).status.code))
        }
        #expect(try await [400, 404].contains(wiki.post("/restore/A", "revision=\(number)").status.code))
    }

    @Test("Whoever doesn't say which revisions to compare is told how", arguments: ["", "?from=1", "?to=2"])
    func nothingToCompare(query: String) async throws {
        let response = try await TestWiki(["A.md": "one\n"]).get("/diff/A\(query)")
        #expect(response.status == .badRequest)
        #expect(response.text.contains("?from=1&to=2"))
    }

    @Test(
        "What is not saved is given back in the form",
        arguments: [(String(repeating: "x", count: 20), 413), ("a%00b", 400)])
    func givesBack(_ body: String, _ status: Int) async throws {
        let wiki = try TestWiki(section: "page_bytes = 16")
        let response = try await wiki.post("/save/A", "base=&body=\(body)", TestWiki.html)
        #expect(response.status.code == status)
        #expect(response.text.contains("This is not saved"))
        #expect(response.text.contains(body.prefix(1) + (status == 413 ? "x" : "")))
        #expect(try wiki.folder.names(in: "pages") == [])
    }

    @Test("A folder that can't be written to gives the text back")
    func notWritable() async throws {
        let wiki = try TestWiki(["A.md": "one\n", ".history": "a file in the way"])
        let response = try await wiki.post("/save/A", "base=\(wiki.base(of: "A"))&body=two", TestWiki.html)
        #expect(response.status == .internalServerError)
        #expect(response.text.contains("two\n</textarea>"))
        #expect(try wiki.file("A.md") == "one\n")
    }

    @Test(
        "Other bodies than a form in UTF-8 are a 415, one without a text a 400, one of many fields a 413",
        arguments: [
            ("text/plain", "body=x", 415), ("multipart/form-data; boundary=x", "body=x", 415),
            ("application/x-www-form-urlencoded; charset=latin1", "body=x", 415),
            ("application/x-www-form-urlencoded", "text=x", 400),
            ("application/x-www-form-urlencoded", "", 400),
            ("application/x-www-form-urlencoded", String(repeating: "a&", count: 1_001), 413),
        ])
    func otherBodies(_ type: String, _ body: String, _ status: Int) async throws {
        #expect(try await TestWiki().post("/save/A", body, [.contentType: type]).status.code == status)
    }

    @Test("A body larger than the largest page's form is a 413 before it is read")
    func tooLarge() async throws {
        let wiki = try TestWiki(section: "page_bytes = 16")
        let response = try await wiki.post("/save/A", "body=" + String(repeating: "x", count: 5_000))
        #expect(response.status == .contentTooLarge)
    }

    @Test(
        "Cross-site requests change nothing",
        arguments: [
            ["Origin": "https://evil.example"], ["Origin": "null"], ["Sec-Fetch-Site": "cross-site"],
            ["Sec-Fetch-Site": "same-site"],
            ["Sec-Fetch-Site": "cross-site", "Origin": "https://localhost"],
        ])
    func foreign(_ fields: [String: String]) async throws {
        let wiki = try TestWiki(["A.md": "one\n"])
        for (path, body) in [("/save/A", "body=x"), ("/restore/A", "revision=1"), ("/goto", "page=A")] {
            #expect(try await wiki.post(path, body, HTTPFields(fields)).status == .forbidden)
        }
        #expect(try wiki.file("A.md") == "one\n")
    }

    @Test(
        "The wiki's own pages, and clients that are no browsers, may save",
        arguments: [
            [:], ["Origin": "https://localhost"],
            ["Sec-Fetch-Site": "same-origin"], ["Sec-Fetch-Site": "none"],
            ["Sec-Fetch-Site": "same-origin", "Origin": "https://localhost"],
        ])
    func own(_ fields: [String: String]) async throws {
        #expect(try await TestWiki().post("/save/A", "body=x", HTTPFields(fields)).status == .seeOther)
    }
}

extension HTTPFields {
    fileprivate init(_ fields: [String: String]) {
        self.init()
        for (name, value) in fields { HTTPField.Name(name).map { self[$0] = value } }
    }
}
