import HTTPCore
import HTTPTypes
import Testing

@Suite("Content negotiation")
struct NegotiationTests {
    @Test(
        "RFC 9110 §12.5.1: HTML and JSON only for a client that names them",
        arguments: [
            (nil, .text), ("*/*", .text), ("text/*", .text), ("application/*", .text), ("", .text),
            ("garbage", .text),
            ("text/html", .html), ("TEXT/HTML", .html), ("application/xhtml+xml", .html),
            ("text/html;level=1", .html),
            ("application/json", .json), ("application/problem+json", .json),
            ("application/vnd.x+json", .json),
            ("text/plain", .text), ("image/png", .text),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", .html),
            ("application/json, text/plain, */*", .json), ("application/json;q=0.5, text/html;q=0.4", .json),
            ("application/json, text/html", .html), ("text/plain, application/json", .json),
            ("text/html;q=0", .text), ("text/html;q=0, application/json;q=0.1", .json),
            ("text/html;q=0.1, text/plain", .text), ("text/html;q=0.000", .text),
            ("text/html ; q=0.001", .html),
            ("text/html;q=2", .text), ("text/html;q=0.1234", .text),
            ("text/html;charset=\"a,b\", application/json", .html),
        ] as [(String?, Representation)])
    func representation(accept: String?, expected: Representation) {
        var fields = HTTPFields()
        if let accept { fields.append(HTTPField(name: .accept, value: accept)) }
        #expect(ContentNegotiation.representation(for: fields) == expected)
    }

    @Test("RFC 9110 §5.3: several Accept fields count as one list")
    func severalFields() {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .accept, value: "text/html;q=0.5"))
        fields.append(HTTPField(name: .accept, value: "application/json"))
        #expect(ContentNegotiation.representation(for: fields) == .json)
    }

    @Test(
        "RFC 9110 §12.5.1: the most specific range gives the weight",
        arguments: [
            ("text/plain;q=0.5, text/*;q=0.3, */*;q=0.1", "text/plain", 500),
            ("text/plain;q=0.5, text/*;q=0.3, */*;q=0.1", "text/css", 300),
            ("text/plain;q=0.5, text/*;q=0.3, */*;q=0.1", "image/png", 100), ("text/plain", "image/png", 0),
            ("text/plain;format=flowed, text/plain;q=0.7", "text/plain;format=flowed", 1_000),
            ("*/*, text/html;q=0", "text/html", 0),
        ])
    func weight(accept: String, type: String, expected: Int) throws {
        let type = try #require(MediaType(type))
        #expect(ContentNegotiation.weight(of: type, in: [.accept: accept]) == expected)
        #expect(ContentNegotiation.weight(of: type, in: [:]) == 1_000)
    }

    @Test(
        "RFC 9110 §12.5.3: the content coding a client likes best",
        arguments: [
            (nil, nil), ("", nil), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br"), ("x-gzip", "gzip"),
            ("*", "br"),
            ("GZIP;q=1.0, br;q=0.5", "gzip"), ("br;q=0, *;q=0.1", "gzip"), ("identity", nil),
            ("gzip;q=0", nil),
            ("gzip;q=0.5, identity", nil), ("identity;q=0, gzip;q=0.1", "gzip"), ("*;q=0", nil),
            ("br;q=\u{301}1, gzip", "gzip"),
        ] as [(String?, String?)])
    func coding(accept: String?, expected: String?) {
        var fields = HTTPFields()
        if let accept { fields.append(HTTPField(name: .acceptEncoding, value: accept)) }
        #expect(AcceptEncoding(fields).preferred(of: ["br", "gzip"]) == expected)
    }
}

@Suite("Media types")
struct MediaTypeTests {
    @Test(
        "RFC 9110 §8.3.1: types and parameters",
        arguments: [
            ("text/html", "text/html"), ("Text/HTML; Charset=UTF-8", "text/html; charset=UTF-8"),
            ("multipart/form-data; boundary=\"a b\"", "multipart/form-data; boundary=\"a b\""),
            ("a/b;c=\"d\\\"e\"", "a/b; c=\"d\\\"e\""), ("a/b ; c=d ;e=f", "a/b; c=d; e=f"), ("*/*", "*/*"),
            // With a quote or a backslash a combining mark is one Character.
            ("a/b; c=\"\u{301}d \u{301}\"", "a/b; c=\"\u{301}d \u{301}\""),
        ])
    func parsed(text: String, expected: String) throws {
        let type = try #require(MediaType(text))
        #expect(type.description == expected)
        #expect(MediaType(type.description) == type)
    }

    @Test(
        "RFC 9110 §8.3.1: what is not a media type",
        arguments: [
            "", "text", "/", "a/", "/b", "a b/c", "*/html", "a/b;c", "a/b;c=", "a/b;c=\"", "a/b/c",
            // The Kelvin sign is a k in lower case.
            "\u{212A}/a", "a/\u{212A}", "a/b;\u{212A}=c",
        ])
    func refused(text: String) { #expect(MediaType(text) == nil) }

    @Test("A parameter is found by its name in lower case")
    func parameter() {
        #expect(MediaType("text/plain; CharSet=utf-8")?.parameter("charset") == "utf-8")
    }
}

@Suite("Field syntax")
struct FieldSyntaxTests {
    @Test(
        "RFC 9110 §5.6.1: lists",
        arguments: [
            ("", []), ("a", ["a"]), (" a ,\tb ", ["a", "b"]), (",,a,,", ["a"]),
            ("\"a,b\",c", ["\"a,b\"", "c"]),
            ("\"a\\\",b\",c", ["\"a\\\",b\"", "c"]),
        ])
    func list(value: String, expected: [String]) {
        #expect(FieldSyntax.list(value).map(String.init) == expected)
    }

    @Test(
        "RFC 9110 §5.6.2: tokens",
        arguments: [
            ("a", true), ("!#$%&'*+-.^_`|~09AZ", true), ("", false), ("a b", false), ("a:", false),
            ("é", false), ("a\u{7F}", false), ("(", false), ("@", false), ("[", false), ("{", false),
        ])
    func token(text: String, expected: Bool) { #expect(FieldSyntax.isToken(text) == expected) }

    @Test(
        "RFC 9110 §5.5: values",
        arguments: [
            ("", true), ("a\tb", true), ("é", true), (" a", false), ("a ", false), ("a\r\nb", false),
            ("a\0", false), ("\u{7F}", false),
        ])
    func value(text: String, expected: Bool) { #expect(FieldSyntax.isValue(text) == expected) }
}
