import Testing

@testable import Markdown

@Suite("Markdown", .timeLimit(.minutes(1)))
struct MarkdownTests {
    private func html(_ text: String) -> String {
        Markdown.html(text) { name in
            name.contains(" ") ? nil : Markdown.Target("/\(name)", styleClass: name == "X" ? "absent" : nil)
        }
    }

    @Test(
        "CommonMark, and GitHub's tables, task lists, strike-through and bare links",
        arguments: [
            ("# A *b*", "<h1>A <em>b</em></h1>\n"), ("~~a~~", "<p><del>a</del></p>\n"),
            (
                "|a|\n|-|\n|b|",
                "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>\n"
            ),
            ("- [x] a", "<ul>\n<li><input type=\"checkbox\" checked=\"\" disabled=\"\" /> a</li>\n</ul>\n"),
            ("https://a.example", "<p><a href=\"https://a.example\">https://a.example</a></p>\n"),
            ("", ""),
        ])
    func renders(_ text: String, _ expected: String) {
        #expect(html(text) == expected)
    }

    @Test(
        "Safe mode: no raw HTML, and no link that runs something",
        arguments: [
            "<script>x</script>", "a <img src=x onerror=x> b", "[a](javascript:x)", "[a](JaVaScRiPt:x)",
            "[a](vbscript:x)", "[a](data:text/html,x)", "![a](javascript:x)", "<javascript:x>",
            "[a]\n\n[a]: javascript:x", "[a](java\tscript:x)",
        ])
    func isSafe(_ text: String) {
        let html = html(text).lowercased()
        #expect(!html.contains("=\"javascript"))
        #expect(!html.contains("=\"vbscript"))
        #expect(!html.contains("=\"data:"))
        #expect(!html.contains("<script"))
        #expect(!html.contains("<img src=x"))
    }

    @Test(
        "A name in double brackets is a reference; what is no name stays as it is",
        arguments: [
            ("[[A]]", "<p><a href=\"/A\">A</a></p>\n"),
            ("x[[A]]y[[B]]", "<p>x<a href=\"/A\">A</a>y<a href=\"/B\">B</a></p>\n"),
            ("[[a b]]", "<p>[[a b]]</p>\n"), ("[[A]", "<p>[[A]</p>\n"),
            ("[[a [[B]]", "<p>[[a <a href=\"/B\">B</a></p>\n"),
            ("**[[A]]**", "<p><strong><a href=\"/A\">A</a></strong></p>\n"),
            ("[[a b]] [[C]]]", "<p>[[a b]] <a href=\"/C\">C</a>]</p>\n"),
            ("é[[A_b_c]]é", "<p>é<a href=\"/A_b_c\">A_b_c</a>é</p>\n"),
        ])
    func references(_ text: String, _ expected: String) {
        #expect(html(text) == expected)
    }

    @Test(
        "A reference may stand wherever text may, and have a class",
        arguments: [
            "[[X]]", "|a|\n|-|\n|[[X]]|", "~~[[X]]~~", "# [[X]]", "- [ ] [[X]]", "*[[X]]*", "> [[X]]",
            "|[[X]]|\n|-|",
            "a [[X]] b", "|a|\n|-|\n|**[[X]]**|",
        ])
    func everywhere(_ text: String) {
        #expect(html(text).contains("<a href=\"/X\"><span class=\"absent\">X</span></a>"))
    }

    @Test(
        "There are no references in code, nor in the text of a link",
        arguments: ["`[[A]]`", "    [[A]]", "[x [[A]] y](z)"])
    func noReference(_ text: String) {
        #expect(Markdown.references(in: text) == [])
    }

    @Test("References are told in their order")
    func listsReferences() {
        #expect(Markdown.references(in: "[[B]] `[[C]]`\n\n- [[A]]\n\n|[[D]]|\n|-|\n") == ["B", "A", "D"])
    }

    @Test("Texts that are rendered at the same time don't disturb each other")
    func concurrent() async {
        let text = String(repeating: "~~a~~ https://b.example *c* [[D]]\n\n", count: 50)
        let expected = html(text)
        let wrong = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<200).count { _ in html(text) != expected } }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }

    @Test("A table whose rows would be filled up with millions of cells is none")
    func wideTable() {
        func table(_ columns: Int, _ rows: Int) -> String {
            let head =
                String(repeating: "|a", count: columns) + "|\n" + String(repeating: "|-", count: columns)
                + "|\n"
            return head + String(repeating: "|b|\n", count: rows)
        }
        #expect(html(table(20, 1_000)).contains("<td>b</td>"))
        let wide = html(table(2_000, 10_000))
        #expect(!wide.contains("<td>"))
        #expect(wide.utf8.count < 200_000)
    }

    @Test(
        "Texts made to be expensive are not",
        arguments: [
            "[", "[[", "[a](", "`", "*a_", "> ", "<", "![", "a**", "|", "[[a]] ", "\\", "&", "~", "www.",
            "<!--", "- ", "_", "*", "a@b.",
            "[a](<b", "(www.a.b", "- [x]\n", "|\n", "*_",
        ])
    func pathological(_ piece: String) {
        let text = String(repeating: piece, count: 100_000 / piece.utf8.count)
        let time = ContinuousClock().measure { _ = html(text) }
        #expect(time < .seconds(10), "\(time)")
    }
}
