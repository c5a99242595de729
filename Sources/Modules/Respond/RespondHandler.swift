// One fixed answer, for stubs and for measuring what a request costs without a handler.

import HTTPTypes
import HandlerKit

/// The answer, made once.
struct RespondHandler: Handler {
    let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]
    private let status: HTTPResponse.Status
    private let fields: ResponseFields
    private let bytes: [UInt8]
    private let earlyHints: HTTPFields?

    init(status: HTTPResponse.Status, fields: ResponseFields, body: [UInt8], earlyHints: String?) {
        self.earlyHints = earlyHints.flatMap { link in
            HTTPField.Name("Link").map { [$0: link] }
        }
        self.status = status
        self.fields = fields.encoded()
        bytes = body
    }

    func answerAtOnce(to request: Request) -> Response? { earlyHints == nil ? answer : nil }

    func respond(to request: Request) async -> Response {
        if let earlyHints { await request.sendEarlyHints(earlyHints) }
        return answer
    }

    private var answer: Response { Response(status, fields: fields, body: .bytes(bytes)) }
}
