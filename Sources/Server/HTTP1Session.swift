// HTTP/1.1 on one connection: requests one after another, each read, answered and left behind whole.

import HandlerKit
import HTTPCore
import HTTPTypes
import HTTPWire
import Logging
import Reactor
import Sockets
import Synchronization

/// The requests of one connection in their order.
final class HTTP1Session {
    let connection: Connection
    var input = InputBuffer()
    private var parser: RequestParser
    private var number = 0
    /// Whether a body was left unread, so that closing has to linger.
    private(set) var hasUnreadBody = false
    private let noBody = RequestBody()

    init(on connection: Connection) {
        self.connection = connection
        parser = RequestParser(limits: connection.worker.snapshot.limits.head)
    }

    private var worker: Worker { connection.worker }

    /// Answers requests until one of both sides wants no more.
    func run() async throws(ConnectionFailure) {
        defer {
            input.consume(input.count)
            input.release(to: &worker.buffers)
        }
        while let head = try await nextHead() {
            number += 1
            if !connection.listener.isInternal { worker.countRequest() }
            guard try await serve(head) else { return }
        }
    }

    /// Reads the next request's head; nil when there is none or it was refused.
    private func nextHead() async throws(ConnectionFailure) -> RequestHead? {
        var deadline = ReactorInstant.never
        while true {
            do throws(RequestFailure) {
                if !input.isEmpty, case .head(let head, let consumed) = try parser.parse(input.storage.span.extracting(input.window)) {
                    input.consume(consumed)
                    return head
                }
            } catch {
                try await refuse(error.status, error.publicMessage, reason: error.code.description)
                return nil
            }
            if input.isEmpty {
                guard try await waitForRequest() else { return nil }
            } else {
                if deadline == .never {
                    deadline = worker.reactor.now.adding(nanoseconds: worker.snapshot.limits.headerTimeout)
                }
                guard try await receiveHead(until: deadline) else { return nil }
            }
        }
    }

    /// Waits, as an idle connection that holds no buffer, until the first bytes of a request are here.
    private func waitForRequest() async throws(ConnectionFailure) -> Bool {
        connection.isIdle = true
        defer { connection.isIdle = false }
        while true {
            input.makeRoom(from: &worker.buffers)
            let progress = try input.fill(from: connection.transport)
            switch progress {
            case .done: return true
            case .closed: return false
            case .wantRead, .wantWrite:
                input.release(to: &worker.buffers)
                guard !worker.isDraining else { return false }
                let deadline = worker.reactor.now.adding(nanoseconds: worker.snapshot.limits.idleTimeout)
                switch await connection.registration.wait(for: .read, until: deadline) {
                case .ready: continue
                case .interrupted, .timedOut, .cancelled: return false
                }
            }
        }
    }

    private func receiveHead(until deadline: ReactorInstant) async throws(ConnectionFailure) -> Bool {
        do throws(ConnectionFailure) {
            return try await connection.receive(into: &input, until: deadline)
        } catch where error.code == .timedOut {
            try await refuse(.requestTimeout, "The request did not arrive in time.", reason: "header timeout")
            return false
        } catch {
            throw error
        }
    }

    /// Answers what is no valid request, after which nothing on the connection can be trusted.
    private func refuse(_ status: HTTPResponse.Status, _ message: String, reason: String) async throws(ConnectionFailure) {
        let snapshot = worker.snapshot
        let id = worker.makeRequestID()
        worker.logger.info(
            "A request was refused.",
            metadata: [
                "remote_addr": "\(connection.facts.remote)", "status": "\(status.code)", "reason": "\(reason)",
                "request_id": "\(id)",
            ])
        let problem = Problem(status: status, explanation: message, requestID: id)
        let response = snapshot.problemPage.response(for: problem, to: [:])
        hasUnreadBody = true
        let writer = HTTP1ResponseWriter(connection, snapshot, ResponseContext(keepAlive: false))
        _ = try await writer.write(response, onError: { _ in })
    }

    /// Answers one request.
    ///
    /// - Returns: whether the connection goes on.
    private func serve(_ head: RequestHead) async throws(ConnectionFailure) -> Bool {
        let snapshot = worker.snapshot
        let began = worker.reactor.now
        let incoming = head.framing == .none ? nil : IncomingBody(head, of: self, limits: snapshot.limits)
        let exchange = Exchange(
            head: head, number: number, connection: connection, snapshot: snapshot,
            body: incoming.map { RequestBody(length: head.framing.length, source: $0) } ?? noBody)
        let response = await exchange.respond()
        incoming?.isResponding = true

        let context = ResponseContext(
            version: head.version, isHEAD: head.request.method == .head,
            keepAlive: head.keepAlive && number < snapshot.limits.requestsPerConnection && !worker.isDraining
                && (incoming?.canBeDiscarded ?? true) && exchange.mayContinue)
        var outcome = ResponseOutcome(keepAlive: false, bodyBytes: 0, isAborted: true)
        defer { exchange.record(status: response?.status.code ?? 0, outcome, since: began) }
        guard let response else { return false }
        let writer = HTTP1ResponseWriter(connection, snapshot, context)
        outcome = try await writer.write(response, onError: exchange.reportAbort)
        let isRead = try await incoming?.discard() ?? true
        hasUnreadBody = !isRead
        return outcome.keepAlive && isRead
    }
}

extension BodyFraming {
    /// The length that the client declared; nil when it didn't say.
    var length: UInt64? {
        switch self {
        case .none: 0
        case .length(let length): length
        case .chunked: nil
        }
    }
}
