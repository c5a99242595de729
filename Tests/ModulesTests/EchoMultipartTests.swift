import Digests
import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

private func part(_ disposition: String, _ content: String, type: String? = nil) -> String {
    let type = type.map { "Content-Type: \($0)\r\n" } ?? ""
    return "--b\r\nContent-Disposition: form-data; \(disposition)\r\n\(type)\r\n\(content)\r\n"
}

private let datafile = part(
    #"name="datafile"; filename="lines.txt""#, "one\ntwo\n", type: "text/plain; charset=x")

/// The answer to a form, which comes in pieces of `piece` bytes.
private func submit(
    _ form: String, accept: String = "*/*", type: String = "multipart/form-data; boundary=b",
    piece: Int = 1_000,
    section: String = ""
) async throws -> TestResponse {
    let bytes = Array(form.utf8)
    let chunks = stride(from: 0, to: bytes.count, by: piece).map {
        Array(bytes[$0..<min($0 + piece, bytes.count)])
    }
    let request = try Request.make(
        .post, "/echo", fields: [.contentType: type, .accept: accept], chunks: chunks, mount: "/echo")
    return try await respond(make(handler: .echo, section), to: request)
}

@Suite("echo of multipart forms")
struct EchoMultipartTests {
    @Test("A file: the text says what was uploaded, as what, and how long it is", arguments: [1, 7, 1_000])
    func file(piece: Int) async throws {
        let response = try await submit(datafile + "--b--\r\n", piece: piece)
        #expect(response.text == "Uploaded datafile as 'lines.txt' (8 bytes)\n")
    }

    @Test("Texts and files are all shown, in order", arguments: [1, 7, 1_000])
    func mixed(piece: Int) async throws {
        let form =
            part("name=a", "1\r\n2") + datafile + part("name=a", "") + part("name=f;filename=\"\"", "")
            + "--b--"
        let response = try await submit(form, piece: piece)
        #expect(
            response.text == """
                You submitted 4 fields:
                a = 1␍␊2
                Uploaded datafile as 'lines.txt' (8 bytes)
                a =\u{20}
                Uploaded f as '' (0 bytes)

                """)
        #expect(try await submit(part("name=a", "é") + "--b--").text == "You submitted a = é\n")
        #expect(try await submit("--b--").text == "You submitted nothing.\n")
    }

    @Test("JSON has name, file name, type, size and SHA-256, and the value of a text")
    func json() async throws {
        let response = try await submit(
            part("name=a", "\"1\"") + datafile + "--b--", accept: "application/json")
        #expect(
            response.text.filter { !$0.isWhitespace } == #"""
                {"fields":[{"name":"a","value":"\"1\"","type":"text/plain","size":3,"sha256":"\#
                \#(SHA256.hexadecimal(of: "\"1\"".utf8.span))"},\#
                {"name":"datafile","file_name":"lines.txt","type":"text/plain","size":8,"sha256":"\#
                \#(SHA256.hexadecimal(of: "one\ntwo\n".utf8.span))"}]}
                """#)
    }

    @Test("HTML has a row for each, escaped")
    func html() async throws {
        let form = part(
            #"name="<a>"; filename="%22<b>""#, String(repeating: "x", count: 1_612), type: "image/png")
        let page = try await submit(form + "--b--", accept: "text/html").text
        #expect(page.contains("<code>&lt;a&gt;</code>"))
        #expect(page.contains("<code>&quot;&lt;b&gt;</code> <span class=\"dim\">image/png, 1.5 KiB</span>"))
        #expect(page.contains(SHA256.hexadecimal(of: String(repeating: "x", count: 1_612).utf8.span)))
        #expect(!page.contains("empty"))
    }

    @Test("Control characters in a file's name take no effect on a terminal")
    func visibleName() async throws {
        let text = try await submit(part(#"name=n; filename="a%0D%0Ab""#, "x") + "--b--").text
        #expect(text == "Uploaded n as 'a␍␊b' (1 bytes)\n")
    }

    @Test("form_bytes bounds names and texts, and not what files hold")
    func limit() async throws {
        let long = String(repeating: "x", count: 100_000)
        let file = part("name=f; filename=g", long)
        #expect(try await submit(file + "--b--", section: "form_bytes = 2").text.contains("(100000 bytes)"))
        #expect(try await submit(file + "--b--", section: "form_bytes = 1").status == .contentTooLarge)
        #expect(try await submit(part("name=f", "12") + "--b--", section: "form_bytes = 3").status == .ok)
        #expect(
            try await submit(part("name=f", "123") + "--b--", section: "form_bytes = 3").status
                == .contentTooLarge)
    }

    @Test(
        "A form that is malformed or ends early is a 400 that says how",
        arguments: ["", "--b", datafile, "--b\n", "--b\r\n\r\nx\r\n--b--", datafile + "--bx"])
    func malformed(form: String) async throws {
        let response = try await submit(form)
        #expect(response.status == .badRequest)
        #expect(response.text.hasPrefix("The form is malformed: "))
    }

    @Test("A type without a boundary is a 400")
    func noBoundary() async throws {
        #expect(try await submit("--b--", type: "multipart/form-data").status == .badRequest)
    }

    @Test("More parts than anyone fills in are a 413")
    func manyParts() async throws {
        let form = String(repeating: part("name=a", ""), count: 1_001)
        #expect(try await submit(form + "--b--").status == .contentTooLarge)
    }
}
