// The module `respond`: one fixed answer, for stubs and for measuring what a request costs without a handler.

import Configuration
import HTTPTypes
import HandlerKit

extension ModuleDescriptor {
    /// Answers every request alike.
    public static let respond = ModuleDescriptor(
        name: "respond", summary: "Answers every request with a fixed status and text.",
        keys: [AnyKey(RespondModule.status), AnyKey(RespondModule.body), AnyKey(RespondModule.type)]
    ) { (section, _) throws(ConfigurationFailure) in
        RespondHandler(
            status: HTTPResponse.Status(code: section[RespondModule.status]),
            type: section[RespondModule.type],
            body: section.optional(RespondModule.body) ?? "")
    }
}

enum RespondModule {
    static let status = Key(
        "status", .integer, default: "200", bounds: 200...599, "The status code of the answer.")
    static let body = Key<String>.optional("body", .string, "The text of the answer; none if it isn't given.")
    static let type = Key("type", .string, default: "text/plain; charset=utf-8", "The text's Content-Type.")
}

/// The answer, made once.
struct RespondHandler: Handler {
    let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]
    private let status: HTTPResponse.Status
    private let fields: HTTPFields
    private let bytes: [UInt8]

    init(status: HTTPResponse.Status, type: String, body: String) {
        self.status = status
        fields = [.contentType: type]
        bytes = Array(body.utf8)
    }

    func answerAtOnce(to request: Request) -> Response? { answer }

    func respond(to request: Request) async -> Response { answer }

    private var answer: Response { Response(status, fields: fields, body: .bytes(bytes)) }
}
