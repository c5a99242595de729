import HTTPTypes
import HandlerKit
import HandlerTesting
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
}
