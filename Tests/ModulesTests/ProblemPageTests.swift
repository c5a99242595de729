import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import SystemPackage
import Testing

@testable import Modules

@Suite("Error pages")
struct ProblemPageTests {
    private func show(_ explanation: String, accept: String?, status: HTTPResponse.Status = .notFound) -> (
        Response, String
    ) {
        var fields: HTTPFields = [:]
        fields[.accept] = accept
        let problem = Problem(status: status, explanation: explanation, requestID: RequestID(0xABC))
        let response = NegotiatedProblemPage().response(for: problem, to: fields)
        guard case .bytes(let bytes) = response.body else { return (response, "") }
        return (response, String(decoding: bytes, as: UTF8.self))
    }

    @Test(
        "Text is one line that ends in a newline",
        arguments: [nil, "*/*", "image/png", "text/plain", "text/*"])
    func text(_ accept: String?) {
        let (response, text) = show("Gone.", accept: accept)
        #expect(response.status == .notFound)
        #expect(response.fields[.contentType] == "text/plain; charset=utf-8")
        #expect(text == "404 Not Found: Gone. (request 0000000000000abc)\n")
    }

    @Test(
        "RFC 9457: JSON is application/problem+json",
        arguments: ["application/json", "application/problem+json"])
    func json(_ accept: String) {
        let (response, text) = show("Gone \"now\".", accept: accept)
        #expect(response.fields[.contentType] == "application/problem+json")
        #expect(
            text == """
                {
                  "detail" : "Gone \\"now\\".",
                  "instance" : "urn:portico:request:0000000000000abc",
                  "request_id" : "0000000000000abc",
                  "status" : 404,
                  "title" : "Not Found",
                  "type" : "about:blank"
                }

                """)
    }

    @Test("HTML has code, reason, explanation and id, escaped")
    func html() {
        let (response, text) = show("<b>", accept: "text/html,*/*;q=0.8")
        #expect(response.fields[.contentType] == "text/html; charset=utf-8")
        for part in ["404", "Not Found", "&lt;b&gt;", "0000000000000abc"] { #expect(text.contains(part)) }
        #expect(!text.contains("<b>"))
        #expect(text.hasPrefix("<!DOCTYPE html>"))
    }

    @Test(
        "A problem without an explanation gets its status' usual one",
        arguments: [
            (404, "There is nothing at this address."),
            (418, "The server cannot do anything with this request."),
            (599, "The server failed to answer this request."),
        ])
    func usual(_ code: Int, _ sentence: String) {
        #expect(show("", accept: nil, status: HTTPResponse.Status(code: code)).1.contains(sentence))
    }

    @Test("A status that was made of a number alone has its registered phrase")
    func phrase() {
        let status = HTTPResponse.Status(code: 503)
        #expect(show("x", accept: nil, status: status).1.hasPrefix("503 Service Unavailable: x"))
        #expect(show("x", accept: nil, status: HTTPResponse.Status(code: 599)).1.hasPrefix("599 Error: x"))
    }

    @Test("Pages load and run nothing, and are not sniffed")
    func policy() {
        let (response, text) = show("x", accept: "text/html")
        #expect(response.fields[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
        #expect(response.fields[.xContentTypeOptions] == "nosniff")
        #expect(response.fields[.vary] == "Accept")
        #expect(
            !text.contains("<script") && !text.contains("http://")
                || text.contains("http://www.w3.org/2000/svg"))
    }

    private func template(_ text: String) throws -> ProblemTemplate {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "error.html")
        return try ProblemTemplate(folder["error.html"], namedAt: SourceLocation(file: "portico.conf"))
    }

    @Test("A template makes the HTML, escaped, and nothing else")
    func ownTemplate() throws {
        let page = NegotiatedProblemPage(
            try template("<h1 title='{{message}}'>{{code}}</h1>{{explanation}} {{request_id}}"))
        let problem = Problem(status: .notFound, explanation: "a<b>'\"&", requestID: RequestID(0xABC))
        let response = page.response(for: problem, to: [.accept: "text/html"])
        guard case .bytes(let bytes) = response.body else { return #expect(Bool(false)) }
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "<h1 title='Not Found'>404</h1>a&lt;b&gt;&#39;&quot;&amp; 0000000000000abc")
        #expect(response.fields[.contentType] == "text/html; charset=utf-8")
        guard case .bytes(let text) = page.response(for: problem, to: [:]).body else { return }
        #expect(String(decoding: text, as: UTF8.self).hasPrefix("404 Not Found: a<b>"))
    }

    @Test(
        "A mistake in a template is told by its line, and so is a part that isn't there",
        arguments: [
            ("a\n{{#code}}", ":2:", "a section is not closed"), ("{{code", ":1:", "a tag is not closed"),
            ("a\nb {{> header}}", ":2:1:", "unknown template 'header'"),
        ])
    func brokenTemplate(text: String, place: String, message: String) {
        let failure = #expect(throws: ConfigurationFailure.self) { try template(text) }
        #expect(failure?.description.contains("error.html" + place) == true, "\(failure.debugDescription)")
        #expect(failure?.description.contains(message) == true, "\(failure.debugDescription)")
    }

    @Test("A template that can't be read is told where the configuration names it")
    func missingTemplate() throws {
        let failure = #expect(throws: ConfigurationFailure.self) {
            try ProblemTemplate("/nonexistent", namedAt: SourceLocation(file: "portico.conf"))
        }
        #expect(failure?.description.hasPrefix("portico.conf: error: the file '/nonexistent'") == true)
    }
}
