// HTTP/1.1 on one connection: requests one after another, each read, answered and left behind whole.

import HTTPCore
import HTTPTypes
import HTTPWire
import HandlerKit
import Logging
import Reactor
import Sockets
import Threads

/// The requests of one connection in their order.
final class HTTP1Session {
    let connection: Connection
    // Unchecked exclusivity: one task uses the session, and no access is held over a call that could come back here.
    @safe @exclusivity(unchecked) var input = InputBuffer()
    @safe @exclusivity(unchecked) private var parser: RequestParser
    private var number = 0
    /// Whether the client may have sent, or be sending, what was not read, so that closing has to linger.
    private(set) var leavesInput = false
    /// Whether the client said that this was its last request (RFC 9112 §9.6), and the response has left whole.
    private(set) var isFinished = false
    private let noBody = RequestBody()

    init(on connection: Connection) {
        self.connection = connection
        parser = RequestParser(
            limits: connection.worker.snapshot.limits.head, scheme: connection.isSecure ? "https" : "http")
    }

    private var worker: Worker { connection.worker }

    /// Answers requests until one of both sides wants no more.
    func run() async throws(ConnectionFailure) {
        defer {
            input.consume(input.count)
            input.release(to: &worker.buffers)
        }
        while let head = try await nextHead() {
            guard try await serve(head) else { return noteInput() }
        }
    }

    /// Notes whether something waits that gets no answer.
    @inline(never)
    private func noteInput() {
        leavesInput =
            leavesInput || !input.isEmpty || connection.transport.hasPending
            || connection.socket.hasUnreadBytes
    }

    /// Reads the next request's head; nil when there is none or it was refused.
    private func nextHead() async throws(ConnectionFailure) -> ParsedHead? {
        var deadline = MonotonicInstant.never
        while true {
            do throws(RequestFailure) {
                if let head = try parsedHead() { return head }
            } catch {
                try await refuse(error.status, error.publicMessage, reason: error.code.description)
                return nil
            }
            let progress = try fill()
            switch progress {
            case .done(let count):
                if connection.spend(count) { await Task.yield() }
            case .closed:
                return nil
            case .wantRead, .wantWrite:
                if isBetweenRequests {
                    guard beginIdling() else { return nil }
                    let idle = worker.deadline(
                        worker.isDraining ? Self.firstRequestGrace : worker.snapshot.limits.idleTimeout)
                    let outcome = await connection.registration.wait(for: .read, until: idle)
                    guard endIdling(outcome) else { return nil }
                } else {
                    if deadline == .never { deadline = worker.deadline(worker.snapshot.limits.headerTimeout) }
                    guard try await waitForHead(progress, until: deadline) else { return nil }
                }
            }
        }
    }

    private func parsedHead() throws(RequestFailure) -> ParsedHead? {
        guard !input.isEmpty else { return nil }
        // A reload may have changed them since the connection began.
        parser.adopt(worker.snapshot.limits.head)
        let waiting = input
        guard
            case .head(let head, let consumed) = try parser.parse(
                waiting.storage.span.extracting(waiting.window))
        else { return nil }
        input.consume(consumed)
        return head
    }

    /// Whether nothing of a next request is here: some clients send an empty line after a body (RFC 9112 §2.2).
    @inline(never)
    private var isBetweenRequests: Bool {
        guard !input.isEmpty else { return true }
        let waiting = input
        return RequestParser.isIdle(waiting.storage.span.extracting(waiting.window))
    }

    private func fill() throws(ConnectionFailure) -> Progress<Int> {
        // An idle connection holds no buffer: one is only taken when there may be something to put into it.
        guard connection.mayRead else { return .wantRead }
        input.makeRoom(from: &worker.buffers)
        return try input.fill(from: connection.transport)
    }

    /// How long a stop waits for the first request of a connection: it is on its way, most likely, and its client
    /// could not know. One that was answered before was idle, and the next is sent again elsewhere.
    private static let firstRequestGrace: UInt64 = 1_000_000_000

    /// Lets go of what an idle connection doesn't need; false when it is to be closed instead.
    private func beginIdling() -> Bool {
        input.release(to: &worker.buffers)
        connection.isInterruptible = true
        return !worker.isDraining || number == 0
    }

    /// Whether the first bytes of a request may be here.
    private func endIdling(_ outcome: WaitOutcome) -> Bool {
        connection.isInterruptible = false
        connection.renewShare()
        return outcome == .ready || (outcome == .interrupted && number == 0)
    }

    private func waitForHead(
        _ progress: Progress<Int>, until deadline: MonotonicInstant
    ) async throws(ConnectionFailure) -> Bool {
        do throws(ConnectionFailure) {
            try await connection.wait(for: progress, until: deadline)
            return true
        } catch  where error.code == .timedOut {
            try await refuse(.requestTimeout, "The request did not arrive in time.", reason: "header timeout")
            return false
        } catch {
            throw error
        }
    }

    /// Answers what is no valid request, after which nothing on the connection can be trusted.
    private func refuse(
        _ status: HTTPResponse.Status, _ message: String, reason: String
    ) async throws(ConnectionFailure) {
        leavesInput = true
        let response = worker.refusal(
            status, message, reason: reason, from: connection.facts.remote)
        let writer = HTTP1ResponseWriter(connection, ResponseContext(keepAlive: false))
        _ = try await writer.write(response, onError: { _ in })
    }

    /// Answers one request.
    ///
    /// - Returns: whether the connection goes on.
    private func serve(_ parsed: ParsedHead) async throws(ConnectionFailure) -> Bool {
        let incoming = body(of: parsed)
        let exchange = begin(parsed)
        let body = incoming.map { RequestBody(length: parsed.framing.length, source: $0) } ?? noBody
        var answer = await exchange.respond(with: body, number: number, self)
        if let incoming, let failure = failure(of: incoming, leftBy: answer) {
            answer = exchange.answer(to: failure)
        }
        var outcome = ResponseOutcome(keepAlive: false, bodyBytes: 0, isAborted: true)
        // Not the answer itself, which would be copied for it.
        let status = answer?.status
        defer { exchange.record(status, outcome) }
        guard let response = consume answer else {
            if exchange.isReset { throw ConnectionFailure(.aborted, "the configuration asks for it") }
            return false
        }
        let writer = HTTP1ResponseWriter(
            connection, context(parsed, exchange, incoming), to: incoming)
        outcome = try await writer.write(response, onError: exchange.reportAbort)
        isFinished = !parsed.keepAlive && outcome.leftAtOnce
        guard let incoming else { return outcome.keepAlive }
        let isRead = try await incoming.discard()
        leavesInput = !isRead
        return outcome.keepAlive && isRead
    }

    // Out of line: what is inlined into an asynchronous function lies in each idle connection's task.
    @inline(never)
    private func body(of parsed: ParsedHead) -> IncomingBody? {
        if case .none = parsed.framing { return nil }
        return IncomingBody(parsed, of: self, limits: worker.snapshot.limits)
    }

    @inline(never)
    private func begin(_ parsed: ParsedHead) -> Exchange {
        number += 1
        if !connection.listener.isInternal { worker.countRequest() }
        return Exchange(parsed.head, on: connection)
    }

    /// What is malformed in the part of a body that an answer left unread and that has come: then the request is (RFC
    /// 9112 §6.3, §7.1), and nothing that follows can be trusted.
    @inline(never)
    private func failure(of incoming: IncomingBody, leftBy answer: Response?) -> BodyFailure? {
        switch answer?.body {
        // The closure of a streamed response may still read it.
        case nil, .stream: nil
        case .empty, .bytes, .file, .pieces: incoming.dropArrived()
        }
    }

    @inline(never)
    private func context(
        _ parsed: ParsedHead, _ exchange: Exchange, _ incoming: IncomingBody?
    ) -> ResponseContext {
        ResponseContext(
            version: parsed.head.version, isHEAD: exchange.isHEAD,
            keepAlive: parsed.keepAlive && number < exchange.snapshot.limits.requestsPerConnection
                && !worker.isDraining && exchange.mayContinue && (incoming?.canBeDiscarded ?? true))
    }
}

extension HTTP1Session: InterimResponder {
    func inform(_ response: HTTPResponse) async {
        var output: [UInt8] = []
        ResponseEncoder.appendInterim(response, to: &output)
        // The final response meets the same failure.
        do throws(ConnectionFailure) { try await connection.send(output.span) } catch {}
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
