// Sections of handlers, and a handler inside that says that it was asked.

import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import Middleware
import SystemPackage

/// Answers with a word, at once or not.
struct Inside: Handler {
    var methods: [HTTPRequest.Method] = [.get, .head, .post]
    var answersAtOnce = false
    var make: @Sendable () -> ResponseBody = { .bytes(Array("inside".utf8)) }

    func answerAtOnce(to request: Request) -> Response? { answersAtOnce ? answer : nil }
    func respond(to request: Request) async -> Response { answer }

    private var answer: Response { Response(body: make()) }
}

/// The section of a handler with the keys that each may have.
func section(_ text: String, folder: TemporaryFolder? = nil) throws(ConfigurationFailure) -> Section {
    try Section(
        parsing: "module = inside\n" + text, name: "handler", argument: "/",
        keys: HandlerKeys.schema.keys, folder: folder?.path ?? "/")
}

extension ConnectionFacts {
    /// A connection from a host; from a unix socket if there is no port.
    static func from(_ host: String, port: UInt16? = 50_000) -> ConnectionFacts {
        .forTesting(remote: Endpoint(host: host, port: port))
    }
}
