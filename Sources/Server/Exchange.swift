// One request and its answer, whatever the HTTP version: routing, methods, limits, failures, the record.

import HTTPCore
import HTTPTypes
import HandlerKit
import Logging
import Reactor
import Threads

/// A request on its way through the routes.
class Exchange {
    private let head: RequestHead
    private let connection: any Requester
    /// The configuration that the request began with, and finishes with.
    final let snapshot: Snapshot
    private let began: MonotonicInstant
    private var route: Route?
    /// What handlers noted of the request.
    private var notes: RequestNotes?
    /// What joins the request, its record, its error page and the log.
    final let id: RequestID
    /// Whether the response goes without its body.
    final var isHEAD: Bool { head.isHEAD }
    /// Whether the client is to see a reset in place of an answer.
    private(set) final var isReset = false
    /// Whether the connection can go on after the answer.
    private(set) final var mayContinue = true

    init(_ head: RequestHead, on connection: any Requester) {
        let worker = connection.worker
        self.head = head
        self.connection = connection
        id = worker.makeRequestID()
        snapshot = worker.snapshot
        began = worker.reactor.now
    }

    /// What can be said of a request without a wait.
    enum Attempt {
        /// The answer; nil when the client is gone.
        case answered(Response?)
        /// The handler needs to wait for something.
        case waiting(Route, Request)
    }

    /// The answer; nil when the client is gone.
    ///
    /// - Parameter number: the request's among those of its connection, from 1.
    final func respond(with body: RequestBody, number: Int, _ interim: any InterimResponder) async
        -> Response?
    {
        switch attempt(with: body, number: number, interim) {
        case .answered(let response): return response
        case .waiting(let route, let request): return await respond(to: request, on: route)
        }
    }

    /// The answer of a handler that needs to wait; nil when the client is gone.
    final func respond(to request: Request, on route: Route) async -> Response? {
        defer { notes = request.notes }
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
    final func attempt(
        with body: RequestBody, number: Int, _ interim: any InterimResponder,
        readAt: MonotonicInstant? = nil
    ) -> Attempt {
        do {
            if let redirect = redirectToTLS() { return .answered(redirect) }
            return try admit(body, number, interim, readAt)
        } catch {
            return .answered(answer(to: error))
        }
    }

    private func admit(
        _ body: RequestBody, _ number: Int, _ interim: any InterimResponder,
        _ readAt: MonotonicInstant?
    ) throws -> Attempt {
        // RFC 9110 §7.4: a request for https has to come over a connection that TLS secures.
        if head.target.scheme == "https", !connection.isSecure {
            throw HandlerFailure(.misdirectedRequest, "This connection is not secured by TLS.")
        }
        guard connection.isAdmitted else {
            mayContinue = false
            throw HandlerFailure(
                .serviceUnavailable, "There are too many connections from your address.",
                fields: [.retryAfter: "5"])
        }
        if snapshot.verifiesClients { try refuseUnverified() }
        guard let route = snapshot.routes.match(authority: head.authority, path: head.target.path),
            route.serves(head.method)
        else { return try .answered(answerWithoutHandler()) }
        self.route = route
        if body.length != 0 {
            body.limit = route.bodyLimit ?? snapshot.limits.bodyBytes
            if let length = body.length, length > body.limit { throw BodyFailure(.tooLarge) }
        }
        let request = Request(
            head, mount: route.prefix, id: id, number: number, connection: connection.facts, body: body,
            readAt: readAt, interim: interim)
        defer { notes = request.notes }
        guard let response = try route.handler.answerAtOnce(to: request) else {
            return .waiting(route, request)
        }
        try response.fields.check()
        return .answered(response)
    }

    /// The answer where no handler takes the method, or there is none.
    @inline(never)
    private func answerWithoutHandler() throws(HandlerFailure) -> Response {
        guard Self.knownMethods.contains(head.method) else {
            throw HandlerFailure(.notImplemented, "The method is not implemented.")
        }
        if head.target.form == .asterisk { return Self.options(allow: Self.allowedAnywhere) }
        route = snapshot.routes.match(authority: head.authority, path: head.target.path)
        guard let route else { throw HandlerFailure(.notFound) }
        guard head.method == .options else {
            throw HandlerFailure(.methodNotAllowed, fields: [.allow: route.allow])
        }
        return Self.options(allow: route.allow)
    }

    /// Refuses what comes over a connection whose client was not verified for that server name. On HTTP/1.1 it ends
    /// the connection: the client comes again and is asked for its certificate.
    @inline(never)
    private func refuseUnverified() throws(HandlerFailure) {
        guard let context = snapshot.tls, head.target.form != .asterisk,
            !connection.isVerified(for: head.authority, by: context)
        else { return }
        mayContinue = false
        throw HandlerFailure(
            .misdirectedRequest,
            "This server name wants a certificate of its clients, on a connection of its own.")
    }

    /// The answer to what a handler, or the way to it, threw; nil when nobody is there to read it.
    @inline(never)
    final func answer(to error: any Error) -> Response? {
        if error as? InjectedFault == .reset {
            isReset = true
            return nil
        }
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
        let location = "https://\(head.authority ?? connection.facts.local.description)\(path)"
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
        // What the configuration asks for is told by who does it.
        if failure.status.kind == .serverError, !(failure.cause is InjectedFault),
            failure.status != .notImplemented || failure.cause != nil
        {
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
    final func reportAbort(_ error: any Error) {
        guard !(error is InjectedFault) else { return }
        log("A response was cut short.", level: .error, "\(error)")
    }

    private func log(_ message: Logger.Message, level: Logger.Level, _ error: String) {
        connection.worker.logger.log(
            level: level, message,
            metadata: [
                "event": "request-failed", "request_id": "\(id)", "http_method": "\(head.method)",
                "http_path": "\(head.target.rawPath)", "handler": "\(route?.place ?? "none")",
                "remote_addr": "\(connection.facts.remote)", "error": "\(error)",
            ])
    }

    /// Hands the finished exchange to the access log.
    ///
    /// - Parameter status: nil when the client was gone before an answer; nginx's 499 says so.
    @inline(never)
    final func record(_ status: HTTPResponse.Status?, _ outcome: ResponseOutcome) {
        guard let log = snapshot.accessLog, !connection.isInternal else { return }
        let elapsed = MonotonicInstant.current().nanoseconds &- began.nanoseconds
        log.record(
            RequestRecord(
                id: id, method: head.method, target: head.target.raw,
                authority: head.authority,
                version: head.version, status: status?.code ?? 499, bodyBytes: outcome.bodyBytes,
                microseconds: Int64(elapsed / 1_000), handler: route?.place,
                userAgent: head.request.headerFields[.userAgent],
                referer: log.wantsReferer ? head.request.headerFields[.referer] : nil,
                connection: connection.facts,
                user: notes?.user,
                faults: notes?.faults ?? [], isAborted: outcome.isAborted))
    }
}
