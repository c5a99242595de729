// Answers with what a client sent. Every byte shown comes from the client: pages escape it, text makes it visible.

import HTTPCore
import HTTPTypes
import HandlerKit

/// A form, and what was submitted with it, or whatever else was sent.
///
/// - GET without a query shows a form with one field, `text`; a program that asks for text or JSON is told how to
///   submit. With a query, as `curl -G -d` sends it, the query's fields are shown.
/// - Of a request with a body `application/x-www-form-urlencoded` in UTF-8 and `multipart/form-data` are shown as
///   fields, in order, repeated names too; of files their name, type, size and SHA-256. What POST sends without a type
///   is taken for the former (RFC 9110 §8.3).
/// - Any other body is shown by its type, its size, its SHA-256 and its first KiB; JSON is parsed. It is read to its
///   end, and no more of it is kept.
///
/// The text form is `You submitted NAME = VALUE` for one field, else a line that counts them and one line
/// `NAME = VALUE` for each; a file's line is `Uploaded NAME as 'FILE' (12 bytes)`. Control characters are shown as
/// pictures. JSON has everything as it is: `{"fields": [{"name": "…", "value": "…"}]}`, and for a file
/// `{"name": "…", "file_name": "…", "type": "…", "size": 12, "sha256": "…"}`; `{"body": {…}}` for another body.
struct EchoHandler: Handler {
    /// The most bytes of a form that are kept.
    let formBytes: Int
    /// Answers at the paths below; nil if there are none.
    let endpoints: Endpoints?

    var methods: [HTTPRequest.Method] { [.get, .head, .post, .put, .patch, .delete] }

    func respond(to request: Request) async throws -> Response {
        do {
            if let endpoints, let response = try await endpoints.respond(to: request) { return response }
            return try await echo(request)
        } catch let error as HTTPSyntaxError {
            throw HandlerFailure(form: error)
        }
    }

    private func echo(_ request: Request) async throws -> Response {
        let items = try request.target.queryItems
        guard request.method != .get && request.method != .head || request.body.length != 0 else {
            return items.isEmpty
                ? try .negotiated(EchoForm(hasEndpoints: endpoints != nil), for: request.fields)
                : answer(EchoAnswer(.form(SubmittedForm(items))), request)
        }
        return answer(EchoAnswer(try await content(of: request), query: items), request)
    }

    private func answer(_ answer: EchoAnswer, _ request: Request) -> Response {
        let form = ContentNegotiation.representation(for: request.fields)
        var response = Response.page(answer.rendered(as: form), as: form)
        response.fields[.cacheControl] = "no-store"
        return response
    }

    private func content(of request: Request) async throws -> EchoAnswer.Content {
        let type = request.fields[.contentType]
        switch FormEncoding(type, isFormWithoutType: request.method == .post) {
        case .multipart(let media):
            return .form(try await SubmittedForm(request.body, type: media, limit: formBytes))
        case .urlEncoded:
            let body = try await request.body.collect(upTo: formBytes)
            return .form(SubmittedForm(try QueryItems(decoding: body)))
        case nil where request.body.length == 0: return .form(SubmittedForm(try QueryItems(decoding: "")))
        case nil: return .body(try await SubmittedBody(request.body, type: type, limit: formBytes))
        }
    }
}
