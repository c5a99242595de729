import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

private func ask(_ section: String, _ method: HTTPRequest.Method = .get) async throws -> TestResponse {
    try await respond(make(handler: .respond, section), to: .make(method))
}

@Suite("respond")
struct RespondTests {
    @Test(
        "Status, fields and body are those of the section, for every method",
        arguments: [
            HTTPRequest.Method.get, .post, .put, .patch, .delete,
        ])
    func answer(method: HTTPRequest.Method) async throws {
        let section = """
            status = 503
            headers = Retry-After: 7
            headers = Set-Cookie: a=1
            headers = Set-Cookie: b=2; Path=/
            body = later: x
            """
        let response = try await ask(section, method)
        #expect(response.status.code == 503)
        #expect(response.fields[.retryAfter] == "7")
        #expect(response.fields[fields: .setCookie].map(\.value) == ["a=1", "b=2; Path=/"])
        #expect(response.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(response.text == "later: x")
    }

    @Test("HEAD has the same fields and no body")
    func head() async throws {
        let response = try await ask("body = x\nheaders = X-A: b", .head)
        #expect(response.body.isEmpty)
        #expect(response.length == 1)
        #expect(try response.fields == (await ask("body = x\nheaders = X-A: b")).fields)
    }

    @Test("The type is the key's, or that of headers; without a body there is none")
    func type() async throws {
        #expect(
            try await ask("body = {}\ntype = application/json").fields[.contentType] == "application/json")
        let own = try await ask("body = {}\nheaders = content-type: a/b")
        #expect(own.fields[fields: .contentType].map(\.value) == ["a/b"])
        #expect(try await ask("status = 204").fields[.contentType] == nil)
    }

    @Test("The body can be a file's bytes")
    func bodyFile() async throws {
        let folder = try TemporaryFolder()
        try folder.write("{\"a\": 1}\n", to: "stub.json")
        let response = try await ask("body_file = \(folder.path)/stub.json\ntype = application/json")
        #expect(response.text == "{\"a\": 1}\n")
    }

    @Test(
        "What can't be an answer is told when the configuration is read",
        arguments: [
            ("headers = X-A b", "not of the form NAME: VALUE"), ("headers = a b: c", "not of the form"),
            ("headers = Content-Length: 5", "the server makes Content-Length by itself"),
            ("headers = transfer-encoding: chunked", "the server makes"),
            ("headers = X: a\u{1}b", "control character"),
            ("body_file = /nowhere/x", "cannot be read"),
            ("body_file = /etc/hostname\nbody = x", "there is one body"),
            ("status = 199", "199"), ("status = 600", "600"),
        ])
    func mistakes(section: String, message: String) throws {
        let failure = #expect(throws: ConfigurationFailure.self) { try make(handler: .respond, section) }
        #expect(
            failure?.diagnostics.first?.message.contains(message) == true, "\(failure?.diagnostics ?? [])")
    }
}
