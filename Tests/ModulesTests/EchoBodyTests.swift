import Digests
import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

/// The answer to a body that comes in pieces of `piece` bytes.
private func send(
    _ body: [UInt8], type: String?, accept: String = "*/*", piece: Int = 1_000, section: String = ""
) async throws -> TestResponse {
    let chunks = stride(from: 0, to: body.count, by: piece).map {
        Array(body[$0..<min($0 + piece, body.count)])
    }
    var fields: HTTPFields = [.accept: accept]
    fields[.contentType] = type
    return try await respond(
        make(handler: .echo, section),
        to: .make(.put, "/echo", fields: fields, chunks: chunks, mount: "/echo"))
}

private func sha256(_ bytes: [UInt8]) -> String { SHA256.hexadecimal(of: bytes.span) }

@Suite("echo of bodies that are no form")
struct EchoBodyTests {
    @Test("A text: its type, size and SHA-256, and how it begins", arguments: [1, 7, 1_000])
    func text(piece: Int) async throws {
        let body = Array("one\n\u{1B}[2J é".utf8)
        let answer = try await send(body, type: "text/plain; x=y", piece: piece)
        #expect(
            answer.text == """
                You sent 11 bytes of text/plain; x=y
                SHA-256: \(sha256(body))

                one
                ␛[2J é

                """)
        #expect(answer.fields[.cacheControl] == "no-store")
    }

    @Test("A line ends where its newline stands, though a carriage return stands before it")
    func carriageReturn() async throws {
        let answer = try await send(Array("one\r\ntwo".utf8), type: "text/plain")
        #expect(answer.text.hasSuffix("\n\none␍\ntwo\n"))
    }

    @Test("Nothing but the first KiB is kept of a long body, cut where characters end")
    func preview() async throws {
        let body = Array(("x" + String(repeating: "é", count: 100_000)).utf8)
        let answer = try await send(body, type: "text/x-odd", section: "form_bytes = 1")
        #expect(answer.text.contains("You sent 200001 bytes of text/x-odd\nSHA-256: \(sha256(body))\n\nxéé"))
        #expect(answer.text.hasSuffix("éé\n…\n"))
        #expect(answer.text.count < 800)
        let page = try await send(body, type: "text/x-odd", accept: "text/html")
        #expect(page.text.contains("<h2>How it begins</h2>"))
    }

    @Test("What is no text is shown as hexadecimal digits")
    func binary() async throws {
        let body = [0x00, 0xFF, 0x10] + [UInt8](repeating: 0xAB, count: 14)
        let text = try await send(body, type: nil).text
        #expect(text.hasPrefix("You sent 17 bytes\nSHA-256: "))
        #expect(text.hasSuffix("\n\n00 ff 10 ab ab ab ab ab ab ab ab ab ab ab ab ab\nab\n"))
        let long = try await send([UInt8](repeating: 0, count: 300), type: nil).text
        #expect(long.split(separator: "\n").dropFirst(2).count == 17)
        #expect(long.hasSuffix("\n…\n"))
    }

    @Test("JSON is parsed", arguments: ["application/json", "application/json; charset=utf-8", "a/b+json"])
    func json(type: String) async throws {
        let body = Array(#"{"b":1.10,"a":["<é>"]}"#.utf8)
        let text = try await send(body, type: type, piece: 3).text
        #expect(text.hasSuffix("\n\n{\n  \"b\": 1.10,\n  \"a\": [\n    \"<é>\"\n  ]\n}\n"))
        let answer = try await send(body, type: type, accept: "application/json").text
        #expect(
            try JSONValue(parsing: Array(answer.utf8))
                == .object([
                    "body": .object([
                        "type": .string(type), "size": .number("\(body.count)"),
                        "sha256": .string(sha256(body)), "json": try JSONValue(parsing: body),
                    ])
                ]))
    }

    @Test("Of long JSON the first KiB is shown, cut where characters end", arguments: [1_020, 1_023, 1_024])
    func longPreview(count: Int) async throws {
        let ascii = String(repeating: "x", count: count - 2)
        let whole = try await send(Array("\"\(ascii)\"".utf8), type: "application/json").text
        #expect(whole.hasSuffix("\n\n\"\(ascii)\"\n"))
        let wide = Array("[\"\(String(repeating: "é", count: count))\", 1]".utf8)
        let text = try await send(wide, type: "application/json").text
        #expect(text.hasSuffix("\n\n[\n  \"\(String(repeating: "é", count: 509))\n…\n"))
    }

    @Test("What is said to be JSON and is none is shown all the same, and where it goes wrong")
    func malformedJSON() async throws {
        let body = Array(#"{"a":}"#.utf8)
        let text = try await send(body, type: "application/json").text
        #expect(text.hasSuffix("It is no JSON from byte 5 on\n\n{\"a\":}\n"))
        let page = try await send(body, type: "application/json", accept: "text/html").text
        #expect(page.contains("no JSON from byte 5 on"))
        let json = try await send(body, type: "application/json", accept: "application/json").text
        #expect(json.contains(#""json_error": "no JSON from byte 5 on""#))
        #expect(json.contains(#""preview": "{\"a\":}""#))
    }

    @Test("JSON longer than form_bytes is not parsed, and no error")
    func longJSON() async throws {
        let body = Array("[\(String(repeating: "1,", count: 5_000))1]".utf8)
        let section = "form_bytes = \(body.count - 1)"
        let answer = try await send(
            body, type: "application/json", accept: "application/json", section: section)
        #expect(answer.status == .ok)
        #expect(!answer.text.contains("\"json"))
        #expect(answer.text.contains(sha256(body)))
    }

    @Test("HTML: facts and content, escaped")
    func html() async throws {
        let page = try await send(Array("<b>&".utf8), type: "text/<i>", accept: "text/html").text
        #expect(page.contains("<h1>You sent a body</h1>"))
        #expect(page.contains("<td>text/&lt;i&gt;</td>"))
        #expect(page.contains("<td>4 bytes</td>"))
        #expect(page.contains("<h2>Content</h2>\n<pre>\n&lt;b&gt;&amp;</pre>"))
    }

    @Test(
        "A form in another charset, or of a type that isn't one, is shown as it came",
        arguments: [
            "text/plain", "multipart/mixed; boundary=x", "garbage",
            "application/x-www-form-urlencoded; charset=iso-8859-1",
        ])
    func otherTypes(_ type: String) async throws {
        let answer = try await send(Array("text=x".utf8), type: type)
        #expect(answer.status == .ok)
        #expect(answer.text.hasPrefix("You sent 6 bytes of \(type)\n"))
    }

    @Test("A body that breaks off is a failure")
    func broken() async throws {
        let request = try Request.make(
            .put, "/", chunks: [[1]], failure: BodyFailure(.timedOut, context: "late"))
        #expect(try await respond(make(handler: .echo), to: request).status == .requestTimeout)
    }
}
