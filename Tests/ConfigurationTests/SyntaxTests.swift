import Configuration
import Testing

@Suite("Syntax: INI as systemd writes it")
struct SyntaxTests {
    /// `[name argument] key=value …` for each section.
    private func outline(_ text: String) -> [String] {
        var diagnostics: [Diagnostic] = []
        let document = Document(parsing: text, into: &diagnostics)
        #expect(diagnostics.isEmpty)
        return document.sections.map { section in
            let keys = ["a", "b"].compactMap { name in
                document.value(of: Key.optional(name, .string, ""), in: section, into: &diagnostics)
                    .map { "\(name)=\($0)" }
            }
            return ([[section.name, section.argument].compactMap(\.self).joined(separator: "|")] + keys)
                .joined(separator: " ")
        }
    }

    @Test(
        "accepted",
        arguments: [
            ("", []),
            ("\n\n", []),
            ("; a comment\n  # another", []),
            ("[s]", ["s"]),
            ("[s]\na = 1\n", ["s a=1"]),
            ("[s]\na=1", ["s a=1"]),
            ("  [s]  \n\ta\t=\t1\t\n", ["s a=1"]),
            ("[ s ]\na = 1", ["s a=1"]),
            ("[s]\r\na = 1\r\nb = 2\r\n", ["s a=1 b=2"]),
            ("\u{FEFF}[s]\na = 1", ["s a=1"]),
            ("[s  /a b ]\na = 1", ["s|/a b a=1"]),
            ("[s [::1]:8443/]\na = 1", ["s|[::1]:8443/ a=1"]),
            ("[s]\na = x = y", ["s a=x = y"]),
            ("[s]\na = x ; no comment # here", ["s a=x ; no comment # here"]),
            ("[s]\na = \"quoted\"", ["s a=\"quoted\""]),
            ("[s]\na = no continuation \\\nb = 2", ["s a=no continuation \\ b=2"]),
            ("[s]\na = grüße 🦔", ["s a=grüße 🦔"]),
            ("[s]\n;a = 1\n#b = 2", ["s"]),
            ("[s]\na = 1\n[t]\nb = 2\n[s u]\na = 3", ["s a=1", "t b=2", "s|u a=3"]),
            ("[X-other]\nanything goes\n[s]\na = 1", ["s a=1"]),
            ("[X-other argument]\na = 1\n[X-another]\nb", []),
        ] as [(String, [String])])
    func accepted(_ text: String, _ expected: [String]) {
        #expect(outline(text) == expected)
    }

    @Test(
        "errors, with line and column",
        arguments: [
            ("[s]\njust words", ["2:1: error: neither a [section] nor a line of the form 'key = value'"]),
            ("[s]\n  = 1", ["2:3: error: neither a [section] nor a line of the form 'key = value'"]),
            ("a = 1\nb = 2\n[s]", ["1:1: error: 'a' stands before the first [section]"]),
            ("[s", ["1:3: error: a section header ends in ']'"]),
            ("[", ["1:2: error: a section header ends in ']'"]),
            ("[s] trailing", ["1:13: error: a section header ends in ']'"]),
            ("[]", ["1:2: error: a section needs a name"]),
            ("[  ]\na = 1", ["1:4: error: a section needs a name"]),
            ("; ü\n\n[s]\nü\u{0}x = 1", ["4:2: error: a control character, U+0000"]),
            ("[s]\na = x\u{1B}[31m", ["2:6: error: a control character, U+001B"]),
            ("[s]\n; in a comment\u{7F}", ["2:15: error: a control character, U+007F"]),
            ("[s]\na = b\rc = d\n", ["2:6: error: a control character, U+000D"]),
            ("[s]\na = \u{85}", ["2:5: error: a control character, U+0085"]),
            ("[X-other]\nnot a key\nbut \u{1} counts", ["3:5: error: a control character, U+0001"]),
            (
                "[s\nfoo\n[t]\nbar",
                [
                    "1:3: error: a section header ends in ']'",
                    "2:1: error: neither a [section] nor a line of the form 'key = value'",
                    "4:1: error: neither a [section] nor a line of the form 'key = value'",
                ]
            ),
        ])
    func errors(_ text: String, _ expected: [String]) {
        #expect(syntaxErrors(text) == expected)
    }

    @Test(
        "the rules about errors hold with CRLF and a byte order mark", arguments: ["\n", "\r\n"],
        ["", "\u{FEFF}"])
    func lineEnds(_ end: String, _ mark: String) {
        let text = mark + ["; one", "", "[s]", "oops", "a = 1", "[t"].joined(separator: end)
        let expected = [
            "4:1: error: neither a [section] nor a line of the form 'key = value'",
            "6:3: error: a section header ends in ']'",
        ]
        #expect(syntaxErrors(text) == expected)
        #expect(syntaxErrors(text + end) == expected)
    }

    @Test("a byte order mark on its own first line moves no column")
    func byteOrderMark() {
        #expect(syntaxErrors("\u{FEFF}oops") == syntaxErrors("oops"))
    }

    @Test("a section repeated in a file goes on, with a warning")
    func repeatedSection() {
        #expect(
            syntaxErrors("[s a]\nx = 1\n[s b]\n[s a]\ny = 2")
                == ["4:1: warning: [s a] continues the section at f:1:1"])
    }

    @Test("no text makes the parser or the decoder trap, or point outside the file")
    func arbitraryText() {
        var random = SeededGenerator(state: 42)
        let pieces = [
            "[", "]", "=", " ", "\t", "\n", "\r\n", ";", "#", "X-", "sample", "root", "size", "1K", "16",
            "index", "é",
            "\u{301}", "\u{FEFF}", "\0", "workers", "auto", ".", "-", "/",
        ]
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...30, using: &random)
            let text = (0..<count).compactMap { _ in pieces.randomElement(using: &random) }.joined()
            let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            var diagnostics: [Diagnostic] = []
            let document = Document(parsing: text, into: &diagnostics)
            document.validate(against: [Sample.schema], into: &diagnostics)
            _ = document.decode(Sample.schema, into: &diagnostics)
            for place in diagnostics.map(\.location) {
                #expect((1...lines.count).contains(place.line))
                #expect((1...lines[place.line - 1].count + 1).contains(place.column))
            }
        }
    }

    @Test("10,000 lines are read with the right line numbers", .timeLimit(.minutes(1)))
    func manyLines() {
        let lines = (1...10_000).map { "field = value number \($0)\n" }.joined()
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(
                complaints("[sample]\nroot = /\n" + lines + "rot = x") == [
                    "10003:1: error: unknown key 'rot' in [sample], did you mean 'root'?"
                ])
        }
        #expect(time < .seconds(5))
    }
}
