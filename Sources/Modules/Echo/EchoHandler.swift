// Answers with what a form submitted. Every byte shown comes from the client: pages escape it, text makes it visible.

import HTTPCore
import HTTPTypes
import HandlerKit

/// A form, and what was submitted with it.
///
/// - GET without a query shows a form with one field, `text`; a program that asks for text or JSON is told how to
///   submit. With a query, as `curl -G -d` sends it, the query's fields are shown.
/// - POST takes `application/x-www-form-urlencoded` in UTF-8 and `multipart/form-data`, and shows all fields in
///   order, repeated names too; of files their name, type and size. A body without a type is taken for the former
///   (RFC 9110 §8.3); any other type, or another charset, is answered with 415 and `Accept`.
///
/// The text form is `You submitted NAME = VALUE` for one field, else a line that counts them and one line
/// `NAME = VALUE` for each; a file's line is `Uploaded NAME as 'FILE' (12 bytes)`. Control characters are shown as
/// pictures. JSON has everything as it is: `{"fields": [{"name": "…", "value": "…"}]}`, and for a file
/// `{"name": "…", "file_name": "…", "size": 12, "type": "…"}`.
struct EchoHandler: Handler {
    /// The most bytes of a form that are kept.
    let formBytes: Int

    var methods: [HTTPRequest.Method] { [.get, .head, .post] }

    func respond(to request: Request) async throws -> Response {
        let form: SubmittedForm
        do {
            if request.method == .post {
                form = try await submitted(request)
            } else if let query = request.target.query, !query.isEmpty {
                form = SubmittedForm(try QueryItems(decoding: query))
            } else {
                return try .negotiated(EchoForm(), for: request.fields)
            }
        } catch let error as HTTPSyntaxError {
            throw Self.failure(error)
        }
        var response = try Response.negotiated(EchoAnswer(form), for: request.fields)
        response.fields[.cacheControl] = "no-store"
        return response
    }

    private func submitted(_ request: Request) async throws -> SubmittedForm {
        let type = request.fields[.contentType]
        let media = type.flatMap { MediaType($0) }
        if let media, media.essence == Self.multipart {
            return try await SubmittedForm(request.body, type: media, limit: formBytes)
        }
        guard type == nil || media.map(Self.isURLEncoded) ?? false else { throw Self.unsupported }
        let body = try await request.body.collect(upTo: formBytes)
        return SubmittedForm(try QueryItems(decoding: body))
    }

    private static func failure(_ error: HTTPSyntaxError) -> HandlerFailure {
        switch error.code {
        case .tooManyItems, .partHeadTooLarge:
            HandlerFailure(.contentTooLarge, "The form has \(error.context).", cause: error)
        default: HandlerFailure(.badRequest, "The form is malformed: \(error.context).", cause: error)
        }
    }

    private static func isURLEncoded(_ media: MediaType) -> Bool {
        media.essence == urlEncoded
            && ["utf-8", "utf8", nil].contains(media.parameter("charset")?.lowercased())
    }

    private static let urlEncoded = "application/x-www-form-urlencoded"
    private static let multipart = "multipart/form-data"

    private static let unsupported = HandlerFailure(
        .unsupportedMediaType, "This address takes \(urlEncoded) in UTF-8 and \(multipart).",
        fields: [.accept: "\(urlEncoded), \(multipart)"])
}
