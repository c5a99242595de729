import Testing

@testable import Modules

@Suite("JSON")
struct JSONValueTests {
    private func read(_ text: String) -> JSONValue? {
        // What is none is nil here; where it goes wrong has a test of its own.
        try? JSONValue(parsing: Array(text.utf8))
    }

    @Test(
        "RFC 8259: what is read and written again is the same, numbers to the last digit",
        arguments: [
            "null", "true", "false", "0", "-0", "12345678901234567890123", "1.10", "-1.5e+400", "\"\"",
            #""a\"\\\n\r\t\u0001é\ud83d""#, "[]", "{}", "[1, [2, {}]]", #"{"b": 1, "a": 2, "b": 3}"#,
        ])
    func roundTrip(_ text: String) {
        let expected = text.replacing(#"\ud83d"#, with: "\u{FFFD}")
        #expect(read(text)?.line == expected)
        #expect(read(" \t\r\n\(text)\n")?.line == expected)
        #expect(read(text)?.pretty.filter { !$0.isWhitespace } == expected.filter { !$0.isWhitespace })
    }

    @Test("RFC 8259 §7: escapes are read, pairs of surrogates too")
    func escapes() {
        #expect(
            read(#""\/\b\f\u00e9\uD83D\uDE00\ud83dx\ude00""#)
                == .string("/\u{8}\u{C}é😀\u{FFFD}x\u{FFFD}"))
    }

    @Test("RFC 8259 §4: members keep their order, and one that stands twice stays")
    func members() {
        #expect(
            read(#"{"b":1,"a":[true],"b":null}"#)
                == .object([
                    .init(name: "b", value: .number("1")), .init(name: "a", value: .array([true])),
                    .init(name: "b", value: .null),
                ]))
    }

    @Test("Lines are indented by two spaces")
    func pretty() {
        #expect(
            read(#"{"a":[1,2],"b":{},"c":[]}"#)?.pretty == """
                {
                  "a": [
                    1,
                    2
                  ],
                  "b": {},
                  "c": []
                }
                """)
    }

    @Test(
        "What is no JSON is refused where it stops to be",
        arguments: [
            ("", 0), (" ", 1), ("tru", 3), ("True", 0), ("nul l", 3), ("01", 1), ("+1", 0), ("1.", 2),
            (".5", 0), ("1e", 2), ("-", 1), ("[1,]", 3), ("[1 2]", 3), ("{\"a\"}", 4), ("{a:1}", 1),
            ("{\"a\":1,}", 7), ("\"a", 2), ("\"\\x\"", 2), ("\"\\u12g4\"", 5), ("\"\n\"", 1), ("1 1", 2),
            ("'a'", 0), ("NaN", 0), ("[", 1), ("{", 1), ("\u{FEFF}1", 0),
        ])
    func refused(_ text: String, _ offset: Int) {
        #expect(throws: JSONSyntaxError(offset: offset)) { try JSONValue(parsing: Array(text.utf8)) }
    }

    @Test("Bytes that are not UTF-8 are no JSON")
    func encoding() {
        #expect(throws: JSONSyntaxError(offset: 1)) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test("Depth is bounded")
    func depth() {
        #expect(read(String(repeating: "[", count: 128) + String(repeating: "]", count: 128)) != nil)
        #expect(read(String(repeating: "[", count: 129) + String(repeating: "]", count: 129)) == nil)
        #expect(read(String(repeating: "[", count: 1_000_000)) == nil)
    }
}
