// One request and its answer, whatever the HTTP version: routing, methods, limits, failures, the record.

import HTTPCore
import HTTPTypes
import HandlerKit
import Logging
import Reactor

/// A request on its way through the routes.
final class Exchange {
    private let head: RequestHead
    private let number: Int
    private let connection: Connection
    /// The configuration that the request began with, and finishes with.
    let snapshot: Snapshot
    private let body: RequestBody
    private let began: ReactorInstant
    private var route: Route?
    /// What joins the request, its record, its error page and the log.
    let id: RequestID
    /// Whether the response goes without its body.
    let isHEAD: Bool
    private let method: HTTPRequest.Method
    /// Whether the connection can go on after the answer.
    private(set) var mayContinue = true

    init(head: RequestHead, number: Int, connection: Connection, body: RequestBody) {
        self.head = head
        method = head.request.method
        isHEAD = method == .head
        self.number = number
        self.connection = connection
        self.body = body
        id = connection.worker.makeRequestID()
        snapshot = connection.worker.snapshot
        began = connection.worker.reactor.now
    }

    /// What can be said of a request without a wait.
    enum Attempt {
        /// The answer; nil when the client is gone.
        case answered(Response?)
        /// The handler needs to wait for something.
        case waiting(Route, Request)
    }

    /// The answer; nil when the client is gone.
    func respond(_ interim: any InterimResponder) async -> Response? {
        switch attempt(interim) {
        case .answered(let response): return response
        case .waiting(let route, let request): return await respond(to: request, on: route)
        }
    }

    /// The answer of a handler that needs to wait; nil when the client is gone.
    func respond(to request: Request, on route: Route) async -> Response? {
        do {
            let response = try await route.handler.respond(to: request)
            try response.fields.check()
            return response
        } catch {
            return answer(to: error)
        }
    }

    // Out of line, as is all that is no wait: what is inlined here would lie in each idle connection's task.
    @inline(never)
    func attempt(_ interim: any InterimResponder, readAt: SuspendingClock.Instant? = nil) -> Attempt {
        do {
            if let redirect = redirectToTLS() { return .answered(redirect) }
            return try admit(interim, readAt)
        } catch {
            return .answered(answer(to: error))
        }
    }

    private func admit(
        _ interim: any InterimResponder, _ readAt: SuspendingClock.Instant?
    ) throws -> Attempt {
        // RFC 9110 §7.4: a request for https has to come over a connection that TLS secures.
        if head.target.scheme == "https", connection.facts.tls == nil {
            throw HandlerFailure(.misdirectedRequest, "This connection is not secured by TLS.")
        }
        guard connection.isAdmitted else {
            mayContinue = false
            throw HandlerFailure(
                .serviceUnavailable, "There are too many connections from your address.",
                fields: [.retryAfter: "5"])
        }
        guard Self.knownMethods.contains(method) else {
            throw HandlerFailure(.notImplemented, "The method is not implemented.")
        }
        if head.target.form == .asterisk { return .answered(Self.options(allow: Self.allowedAnywhere)) }
        guard let route = snapshot.routes.match(authority: head.request.authority, path: head.target.path)
        else {
            throw HandlerFailure(.notFound)
        }
        self.route = route
        guard route.serves(method) else {
            if method == .options { return .answered(Self.options(allow: route.allow)) }
            throw HandlerFailure(.methodNotAllowed, fields: [.allow: route.allow])
        }
        if body.length != 0 {
            body.limit = route.bodyLimit ?? snapshot.limits.bodyBytes
            if let length = body.length, length > body.limit { throw BodyFailure(.tooLarge) }
        }
        let request = Request(
            head, mount: route.prefix, id: id, number: number, connection: connection.facts, body: body,
            readAt: readAt, interim: interim)
        guard let response = try route.handler.answerAtOnce(to: request) else {
            return .waiting(route, request)
        }
        try response.fields.check()
        return .answered(response)
    }

    /// The answer to what a handler, or the way to it, threw; nil when nobody is there to read it.
    @inline(never)
    func answer(to error: any Error) -> Response? {
        if let failure = error as? HandlerFailure {
            guard let field = failure.fields.refused else { return page(for: failure) }
            return answer(to: InvalidFieldValue(name: field))
        }
        guard let failure = error as? BodyFailure else {
            return page(for: HandlerFailure(.internalServerError, cause: error))
        }
        guard failure.code != .disconnected else { return nil }
        mayContinue = false
        return page(for: HandlerFailure(failure.status))
    }

    /// What plain HTTP on a TLS port gets: the same place with https (RFC 9110 §15.4.9).
    private func redirectToTLS() -> Response? {
        guard connection.isPlainOnTLS else { return nil }
        mayContinue = false
        let path = head.target.form == .asterisk ? "/" : Self.pathAndQuery(of: head.target)
        let location = "https://\(head.request.authority ?? connection.facts.local.description)\(path)"
        var response = Response.text("This port speaks https: \(location)\n", status: .permanentRedirect)
        response.fields[.location] = location
        return response
    }

    private static func pathAndQuery(of target: RequestTarget) -> String {
        guard let query = target.query else { return target.rawPath }
        return "\(target.rawPath)?\(query)"
    }

    private static func options(allow: String) -> Response {
        Response(.ok, fields: [.allow: allow])
    }
}

extension Exchange {
    /// The methods that some handler could serve (RFC 9110 §9, RFC 5789); others are 501.
    private static let knownMethods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .delete, .options, .patch, .trace,
    ]
    private static let allowedAnywhere = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH"

    /// The page for a failure, which is logged here and nowhere else.
    private func page(for failure: HandlerFailure) -> Response {
        if failure.status.kind == .serverError, failure.status != .notImplemented || failure.cause != nil {
            // Too many connections of one address are what any client can bring about: no error of the server.
            log(
                "A request failed.", level: connection.isAdmitted ? .error : .info,
                failure.cause.map { "\($0)" } ?? failure.explanation ?? "")
        }
        let problem = Problem(
            status: failure.status, explanation: failure.explanation ?? "", requestID: id)
        var response = snapshot.problemPage.response(for: problem, to: head.request.headerFields)
        response.fields.append(contentsOf: failure.fields)
        return response
    }

    /// Logs what a handler did wrong after its response had begun.
    func reportAbort(_ error: any Error) {
        log("A response was cut short.", level: .error, "\(error)")
    }

    private func log(_ message: Logger.Message, level: Logger.Level, _ error: String) {
        connection.worker.logger.log(
            level: level, message,
            metadata: [
                "event": "request-failed", "request_id": "\(id)", "http_method": "\(head.request.method)",
                "http_path": "\(head.target.rawPath)", "handler": "\(route?.place ?? "none")",
                "remote_addr": "\(connection.facts.remote)", "error": "\(error)",
            ])
    }

    /// Hands the finished exchange to the access log.
    ///
    /// - Parameter status: nil when the client was gone before an answer; nginx's 499 says so.
    @inline(never)
    func record(_ status: HTTPResponse.Status?, _ outcome: ResponseOutcome) {
        guard let log = snapshot.accessLog, !connection.listener.isInternal else { return }
        let elapsed = ReactorInstant.current().nanoseconds &- began.nanoseconds
        log.record(
            RequestRecord(
                id: id, method: head.request.method, target: head.target.raw,
                authority: head.request.authority,
                version: head.version, status: status?.code ?? 499, bodyBytes: outcome.bodyBytes,
                microseconds: Int64(elapsed / 1_000), handler: route?.place,
                userAgent: head.request.headerFields[.userAgent], connection: connection.facts,
                isAborted: outcome.isAborted))
    }
}
