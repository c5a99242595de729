import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

private let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]

/// The answer to a submitted body, in the form that `accept` asks for.
private func submit(_ body: String, accept: String = "*/*", type: String? = form[.contentType]) async throws
    -> TestResponse
{
    var fields: HTTPFields = [.accept: accept]
    fields[.contentType] = type
    return try await respond(
        make(handler: .echo), to: .make(.post, "/echo", fields: fields, body: body, mount: "/echo"))
}

@Suite("echo")
struct EchoTests {
    @Test("GET shows a form with one text field, a label and a button")
    func showsForm() async throws {
        let response = try await respond(make(handler: .echo), to: .make(fields: [.accept: "text/html"]))
        #expect(response.status == .ok)
        #expect(response.fields[.contentType] == "text/html; charset=utf-8")
        #expect(response.text.contains(#"<form method="post""#))
        #expect(response.text.contains(#"<label for="text">"#))
        #expect(response.text.contains(#"<input id="text" name="text" type="text""#))
        #expect(response.text.contains(#"<button type="submit">"#))
    }

    @Test("One field: the text says what was submitted")
    func oneField() async throws {
        #expect(try await submit("text=hello").text == "You submitted text = hello\n")
    }

    @Test("Several fields are all shown, in order, repeated names too")
    func severalFields() async throws {
        let response = try await submit("a=1&b=2&a=3")
        #expect(response.text == "You submitted 3 fields:\na = 1\nb = 2\na = 3\n")
    }

    @Test(
        "WHATWG URL §5.1: + and %XX are decoded as UTF-8, a malformed % stays",
        arguments: [
            ("text=a+b", "a b"), ("text=%C3%A9%2B", "é+"), ("text=100%", "100%"), ("text=%zz", "%zz"),
            ("text=a%3Db%26c", "a=b&c"), ("text=%FF", "\u{FFFD}"), ("text=x=y", "x=y"),
        ])
    func decodes(_ body: String, _ value: String) async throws {
        #expect(try await submit(body).text == "You submitted text = \(value)\n")
    }

    @Test("An empty submission says so", arguments: ["", "&", "&&"])
    func nothing(_ body: String) async throws {
        #expect(try await submit(body).text == "You submitted nothing.\n")
        #expect(try await submit(body, accept: "text/html").text.contains("You submitted nothing"))
    }

    @Test("JSON has the values as they are")
    func json() async throws {
        let response = try await submit("text=%3Cb%3E%0A%22&n=1", accept: "application/json")
        #expect(response.fields[.contentType] == "application/json")
        let text = response.text.filter { !$0.isWhitespace }
        #expect(text == #"{"fields":[{"name":"text","value":"<b>\n\""},{"name":"n","value":"1"}]}"#)
    }

    @Test(
        "Every byte that HTML reads is escaped, in names and in values",
        arguments: [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\"'&", "&quot;&#39;&amp;"),
            // One grapheme cluster each: escaping by Character would let them through.
            ("\"\u{301} onfocus=x", "&quot;\u{301} onfocus=x"), ("<\u{200D}b", "&lt;\u{200D}b"),
            ("'\u{FE0F}", "&#39;\u{FE0F}"), ("{{title}}", "{{title}}"),
            ("\u{0}\u{1B}[2J", "\u{2400}\u{241B}[2J"),
        ])
    func escapes(_ value: String, _ shown: String) async throws {
        let encoded = PercentEncoding.encode(segment: value.utf8)
        let asValue = try await submit("n=\(encoded)", accept: "text/html").text
        #expect(asValue.contains("<pre class=\"value\">\n\(shown)</pre>"))
        let asName = try await submit("\(encoded)=v", accept: "text/html").text
        #expect(asName.contains("<code>\(shown)</code>"))
    }

    @Test("Control characters take no effect on a terminal")
    func visibleText() async throws {
        #expect(try await submit("text=%1B%5B2J%0D%0Afake").text == "You submitted text = ␛[2J␍␊fake\n")
    }

    @Test("RFC 9110 §8.3: a body without a type is taken for a form")
    func untyped() async throws {
        #expect(try await submit("text=x", type: nil).text == "You submitted text = x\n")
    }

    @Test(
        "The form's type is taken in any case and with charset=utf-8",
        arguments: ["Application/X-WWW-Form-URLencoded", "application/x-www-form-urlencoded;charset=UTF-8"])
    func acceptsType(_ type: String) async throws {
        #expect(try await submit("text=x", type: type).status == .ok)
    }

    @Test("GET with a query shows the query's fields")
    func query() async throws {
        let response = try await respond(make(handler: .echo), to: .make(.get, "/?a=1&b=%3C"))
        #expect(response.text == "You submitted 2 fields:\na = 1\nb = <\n")
    }

    @Test("A form larger than form_bytes is a 413, declared or not")
    func limit() async throws {
        let handler = try make(handler: .echo, "form_bytes = 8")
        let declared = try Request.make(.post, "/", fields: form, body: "text=12345")
        #expect(try await respond(handler, to: declared).status == .contentTooLarge)
        let chunked = try Request.make(
            .post, "/", fields: form, chunks: [Array("text=".utf8), Array("12345".utf8)])
        #expect(try await respond(handler, to: chunked).status == .contentTooLarge)
        let fits = try Request.make(.post, "/", fields: form, body: "text=123")
        #expect(try await respond(handler, to: fits).status == .ok)
    }

    @Test("More fields than anyone fills in are a 413")
    func manyFields() async throws {
        let body = String(repeating: "a&", count: QueryItems.defaultLimit + 1)
        #expect(try await submit(body).status == .contentTooLarge)
    }

    @Test(
        "Every method that may have a body is echoed", arguments: [HTTPRequest.Method.put, .patch, .delete])
    func methods(_ method: HTTPRequest.Method) async throws {
        let request = try Request.make(method, "/echo", fields: form, body: "text=x")
        #expect(try await respond(make(handler: .echo), to: request).text == "You submitted text = x\n")
        #expect(
            try await respond(make(handler: .echo), to: .make(method, "/echo")).text
                == "You submitted nothing.\n")
    }

    @Test("The query of a request with a body is shown beside the form")
    func queryAndForm() async throws {
        let handler = try make(handler: .echo)
        func submitted(_ accept: String) async throws -> String {
            var fields = form
            fields[.accept] = accept
            return try await respond(
                handler, to: .make(.post, "/?q=%3C&q=2", fields: fields, body: "text=x")
            ).text
        }
        #expect(try await submitted("*/*") == "In the query:\nq = <\nq = 2\n\nYou submitted text = x\n")
        let json = try await submitted("application/json").filter { !$0.isWhitespace }
        #expect(
            json
                == #"{"query":[{"name":"q","value":"<"},{"name":"q","value":"2"}],"fields":[{"name":"text","value":"x"}]}"#
        )
        #expect(try await submitted("text/html").contains("<h2>In the query</h2>"))
    }

    @Test("endpoints = no: paths below are echoed like any other, and not listed")
    func noEndpoints() async throws {
        let handler = try make(handler: .echo, "endpoints = no")
        #expect(
            try await respond(handler, to: .make(.get, "/status/404?a=b")).text == "You submitted a = b\n")
        #expect(try await !respond(handler, to: .make()).text.contains("status"))
        #expect(try await respond(make(handler: .echo), to: .make()).text.contains("  status/CODE  "))
    }

    @Test("Answers vary by Accept, are not sniffed and not stored")
    func fields() async throws {
        let response = try await submit("text=x", accept: "text/html")
        #expect(response.fields[.vary] == "Accept")
        #expect(response.fields[.xContentTypeOptions] == "nosniff")
        #expect(response.fields[.cacheControl] == "no-store")
        #expect(response.fields[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
    }
}
