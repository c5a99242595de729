import HTTPCore
import HTTPTypes
import Testing

@Suite("Forms and queries")
struct QueryItemsTests {
    @Test(
        "WHATWG URL §5.1: pairs, in order",
        arguments: [
            ("", []), ("a", [("a", "")]), ("a=", [("a", "")]), ("=b", [("", "b")]), ("a=b", [("a", "b")]),
            ("a=b=c", [("a", "b=c")]), ("a=1&a=2", [("a", "1"), ("a", "2")]), ("&&a=1&", [("a", "1")]),
            ("a+b=c+d", [("a b", "c d")]), ("a=%2B%26%3D", [("a", "+&=")]), ("a=%C3%A9", [("a", "é")]),
            ("a=%", [("a", "%")]), ("a=%4", [("a", "%4")]), ("a=%zz%41", [("a", "%zzA")]),
            ("a=%ff", [("a", "\u{FFFD}")]),
            ("a=%00", [("a", "\0")]), ("a;b=c", [("a;b", "c")]),
        ] as [(String, [(String, String)])])
    func pairs(text: String, expected: [(String, String)]) throws {
        let items = try QueryItems(decoding: text)
        #expect(items.map(\.name) == expected.map(\.0))
        #expect(items.map(\.value) == expected.map(\.1))
    }

    @Test("Names are looked up by first value and by all values")
    func lookup() throws {
        let items = try QueryItems(decoding: Array("a=1&b=2&a=3".utf8))
        #expect(items["a"] == "1" && items["c"] == nil)
        #expect(items.values(named: "a") == ["1", "3"])
    }

    @Test("More pairs than the limit are an error, as many are not")
    func limit() throws {
        #expect(try QueryItems(decoding: "a&b", limit: 2).count == 2)
        let error = #expect(throws: HTTPSyntaxError.self) { try QueryItems(decoding: "a&b&c", limit: 2) }
        #expect(error?.code == .tooManyItems)
    }

    @Test("A target's query is read as a form")
    func ofTarget() throws {
        #expect(try RequestTarget("/x?a=1+2", method: .get).queryItems["a"] == "1 2")
        #expect(try RequestTarget("/x", method: .get).queryItems.isEmpty)
    }
}
