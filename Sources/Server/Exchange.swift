// One request and its answer, whatever the HTTP version: routing, methods, limits, failures, the record.

import HTTPCore
import HTTPTypes
import HTTPWire
import HandlerKit
import Logging
import Reactor

/// A request on its way through the routes.
final class Exchange {
    private let head: RequestHead
    private let number: Int
    private let connection: Connection
    private let snapshot: Snapshot
    private let body: RequestBody
    private var route: Route?
    /// Made when somebody asks: most requests need none.
    private(set) lazy var id = connection.worker.makeRequestID()
    /// Whether the connection can go on after the answer.
    private(set) var mayContinue = true

    init(head: RequestHead, number: Int, connection: Connection, snapshot: Snapshot, body: RequestBody) {
        self.head = head
        self.number = number
        self.connection = connection
        self.snapshot = snapshot
        self.body = body
    }

    /// The answer; nil when the client is gone.
    func respond() async -> Response? {
        do {
            return try await answer()
        } catch let failure as HandlerFailure {
            return response(to: failure)
        } catch let failure as BodyFailure {
            guard failure.code != .disconnected else { return nil }
            mayContinue = false
            return response(to: HandlerFailure(failure.status))
        } catch {
            return response(to: HandlerFailure(.internalServerError, cause: error))
        }
    }

    private func answer() async throws -> Response {
        if let redirect = redirectToTLS() { return redirect }
        guard connection.isAdmitted else {
            mayContinue = false
            throw HandlerFailure(
                .serviceUnavailable, "There are too many connections from your address.", fields: [.retryAfter: "5"])
        }
        let method = head.request.method
        guard Self.knownMethods.contains(method) else {
            throw HandlerFailure(.notImplemented, "The method is not implemented.")
        }
        if head.target.form == .asterisk { return Self.options(allow: Self.allowedAnywhere) }
        guard let route = snapshot.routes.match(authority: head.request.authority, path: head.target.path) else {
            throw HandlerFailure(.notFound)
        }
        self.route = route
        guard route.serves(method) else {
            if method == .options { return Self.options(allow: route.allow) }
            throw HandlerFailure(.methodNotAllowed, fields: [.allow: route.allow])
        }
        body.limit = route.bodyLimit ?? snapshot.limits.bodyBytes
        if let length = body.length, length > body.limit { throw BodyFailure(.tooLarge) }
        return try await route.handler.respond(to: request(for: route))
    }

    private func request(for route: Route) -> Request {
        Request(
            head: head.request, target: head.target, version: head.version, mount: route.prefix, id: id,
            number: number, connection: connection.facts, body: body)
    }

    /// What plain HTTP on a TLS port gets: the same place with https (RFC 9110 §15.4.9).
    private func redirectToTLS() -> Response? {
        guard connection.isPlainOnTLS else { return nil }
        mayContinue = false
        let location = "https://\(head.request.authority ?? connection.facts.local.description)\(Self.pathAndQuery(of: head.target))"
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
    private static let knownMethods: [HTTPRequest.Method] = [.get, .head, .post, .put, .delete, .options, .patch, .trace]
    private static let allowedAnywhere = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH"

    /// The page for a failure, which is logged here and nowhere else.
    private func response(to failure: HandlerFailure) -> Response {
        if failure.status.kind == .serverError, failure.status != .notImplemented || failure.cause != nil {
            log("A request failed.", level: .error, failure.cause.map { "\($0)" } ?? failure.explanation ?? "")
        }
        let problem = Problem(
            status: failure.status, explanation: failure.explanation ?? "", requestID: id)
        var response = snapshot.problemPage.response(for: problem, to: head.request.headerFields)
        for field in failure.fields { response.fields.append(field) }
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
    func record(status: Int, _ outcome: ResponseOutcome, since began: ReactorInstant) {
        guard let log = snapshot.accessLog, !connection.listener.isInternal else { return }
        let elapsed = ReactorInstant.current().nanoseconds &- began.nanoseconds
        log.record(
            RequestRecord(
                id: id, method: head.request.method, target: head.target.raw, authority: head.request.authority,
                version: head.version, status: status, bodyBytes: outcome.bodyBytes,
                microseconds: Int64(elapsed / 1_000), handler: route?.place,
                userAgent: head.request.headerFields[.userAgent], connection: connection.facts,
                isAborted: outcome.isAborted))
    }
}
