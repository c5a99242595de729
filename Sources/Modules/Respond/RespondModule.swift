// The module `respond`: one fixed answer, for stubs and for measuring what a request costs without a handler.

import Configuration
import HTTPTypes
import HandlerKit

extension ModuleDescriptor {
    /// Answers every request alike.
    public static let respond = ModuleDescriptor(
        name: "respond", summary: "Answers every request with a fixed status and text.",
        keys: [
            AnyKey(RespondModule.status), AnyKey(RespondModule.body), AnyKey(RespondModule.type),
            AnyKey(RespondModule.earlyHints),
        ]
    ) { (section, _) throws(ConfigurationFailure) in
        RespondHandler(
            status: HTTPResponse.Status(code: section[RespondModule.status]),
            type: section[RespondModule.type],
            body: section.optional(RespondModule.body) ?? "",
            earlyHints: section.optional(RespondModule.earlyHints))
    }
}

enum RespondModule {
    static let status = Key(
        "status", .integer, default: "200", bounds: 200...599, "The status code of the answer.")
    static let body = Key<String>.optional("body", .string, "The text of the answer; none if it isn't given.")
    static let type = Key("type", .string, default: "text/plain; charset=utf-8", "The text's Content-Type.")
    static let earlyHints = Key<String>.optional(
        "early_hints", .string, "The Link field of a 103 that goes before the answer; none if it isn't given."
    )
}

/// The answer, made once.
struct RespondHandler: Handler {
    let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]
    private let status: HTTPResponse.Status
    private let fields: ResponseFields
    private let bytes: [UInt8]
    private let earlyHints: HTTPFields?

    init(status: HTTPResponse.Status, type: String, body: String, earlyHints: String?) {
        self.earlyHints = earlyHints.flatMap { link in
            HTTPField.Name("Link").map { [$0: link] }
        }
        self.status = status
        fields = ([.contentType: type] as ResponseFields).encoded()
        bytes = Array(body.utf8)
    }

    func answerAtOnce(to request: Request) -> Response? { earlyHints == nil ? answer : nil }

    func respond(to request: Request) async -> Response {
        if let earlyHints { await request.sendEarlyHints(earlyHints) }
        return answer
    }

    private var answer: Response { Response(status, fields: fields, body: .bytes(bytes)) }
}
