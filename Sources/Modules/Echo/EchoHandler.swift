// Answers with what a form submitted. Every byte shown comes from the client: pages escape it, text makes it visible.

import HTTPCore
import HTTPTypes
import HandlerKit

/// A form, and what was submitted with it.
///
/// - GET without a query shows a form with one field, `text`; a program that asks for text or JSON is told how to
///   submit. With a query, as `curl -G -d` sends it, the query's fields are shown.
/// - POST takes `application/x-www-form-urlencoded` in UTF-8 and shows all its fields in order, repeated names
///   too. A body without a type is taken for one (RFC 9110 §8.3); any other type, or another charset, is answered
///   with 415 and `Accept`.
///
/// The text form is `You submitted NAME = VALUE` for one field, else a line that counts them and one line
/// `NAME = VALUE` for each; control characters are shown as pictures. JSON has everything as it is:
/// `{"fields": [{"name": "…", "value": "…"}]}`.
struct EchoHandler: Handler {
    /// The most bytes of a form.
    let formBytes: Int

    var methods: [HTTPRequest.Method] { [.get, .head, .post] }
    var bodyLimit: UInt64? { UInt64(formBytes) }

    func respond(to request: Request) async throws -> Response {
        let fields: QueryItems
        if request.method == .post {
            fields = try await submitted(request)
        } else if let query = request.target.query, !query.isEmpty {
            fields = try items { () throws(HTTPSyntaxError) in try QueryItems(decoding: query) }
        } else {
            return try .negotiated(EchoForm(), for: request.fields)
        }
        var response = try Response.negotiated(EchoAnswer(fields), for: request.fields)
        response.fields[.cacheControl] = "no-store"
        return response
    }

    private func submitted(_ request: Request) async throws -> QueryItems {
        if let type = request.fields[.contentType] { try Self.accept(type) }
        let body = try await request.body.collect(upTo: formBytes)
        return try items { () throws(HTTPSyntaxError) in try QueryItems(decoding: body) }
    }

    private func items(_ decode: () throws(HTTPSyntaxError) -> QueryItems) throws -> QueryItems {
        do throws(HTTPSyntaxError) {
            return try decode()
        } catch {
            throw HandlerFailure(.contentTooLarge, "The form has \(error.context).", cause: error)
        }
    }

    private static func accept(_ type: String) throws {
        guard let media = MediaType(type), media.essence == formType else { throw unsupported }
        guard let charset = media.parameter("charset") else { return }
        guard charset.lowercased() == "utf-8" || charset.lowercased() == "utf8" else { throw unsupported }
    }

    private static let formType = "application/x-www-form-urlencoded"

    private static let unsupported = HandlerFailure(
        .unsupportedMediaType, "This address takes \(formType) in UTF-8.", fields: [.accept: formType])
}
