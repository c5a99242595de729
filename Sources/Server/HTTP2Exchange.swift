// One request on an HTTP/2 stream and its answer: the handler in a child task, the body in bounded pieces.

import HTTPCore
import HTTPTypes
import HTTPWire
import HandlerKit
import Reactor
import Threads

/// A stream that is being served.
// @unchecked: it belongs to its reactor's thread, on which the connection's task and the exchange's own run.
final class HTTP2Exchange: Exchange, @unchecked Sendable {
    let stream: HTTP2Stream
    // A cycle, which ``end()`` breaks: it takes this from the stream.
    private let session: HTTP2Session
    /// nil if the request has no content.
    private let incoming: HTTP2IncomingBody?
    // Unchecked exclusivity: one thread, and no access is held over a call that could come back here.
    /// Sent when the client has taken what there was, once somebody waits for it.
    @safe @exclusivity(unchecked) private var left: Signal?
    @safe @exclusivity(unchecked) private var status: HTTPResponse.Status?
    @safe @exclusivity(unchecked) private var isAborted = false
    /// Until when the client has to have taken more; `never` while there is nothing to take.
    @safe @exclusivity(unchecked) private var sendDeadline = MonotonicInstant.never
    @safe @exclusivity(unchecked) private var sentBefore: (stream: UInt64, connection: UInt64) = (0, 0)
    /// Since when it could have.
    @safe @exclusivity(unchecked) private var waitBegan = MonotonicInstant.never
    @safe @exclusivity(unchecked) private var allowance = TransferAllowance()
    /// What is cancelled with the stream, while it runs.
    @safe @exclusivity(unchecked) private var task: RunningTask?

    /// What waits to be sent, in bytes, before a handler has to wait too.
    static let backlogBytes = 64 * 1024

    init(_ stream: HTTP2Stream, _ head: ParsedHead, in session: HTTP2Session) {
        self.stream = stream
        self.session = session
        if case .none = head.framing {
            incoming = nil
        } else {
            incoming = HTTP2IncomingBody(stream, head, of: session)
        }
        super.init(head.head, on: session.connection)
    }

    private var wire: HTTP2Connection { session.wire }
    private var worker: Worker { session.worker }

    /// Answers the request as far as that needs no waiting.
    ///
    /// - Returns: what is left to do in a task; nil if nothing is.
    func start(_ framing: BodyFraming, number: Int, readAt: MonotonicInstant) -> Remainder? {
        let body = incoming.map { RequestBody(length: framing.length, source: $0) } ?? session.noBody
        switch attempt(with: body, number: number, self, readAt: readAt) {
        case .answered(let response): return begin(response)
        case .waiting(let route, let request): return .handler(route, request)
        }
    }

    /// What is left to do for a request.
    enum Remainder {
        case handler(Route, Request)
        case body(ResponseBody)
    }

    /// Does what ``start(_:number:readAt:)`` has left.
    func finish(_ remainder: Remainder) async {
        task = .current
        switch remainder {
        case .body(let body): await send(body)
        case .handler(let route, let request):
            let response = await respond(to: request, on: route)
            if case .body(let body) = begin(response) { await send(body) }
        }
        task = nil
    }

    /// Hands the response over with what is in memory of its body.
    ///
    /// - Returns: what is left; nil if nothing is.
    private func begin(_ response: consuming Response?) -> Remainder? {
        guard !stream.isClosed else { return nil }
        guard let response else {
            abort()
            return nil
        }
        do throws(ResponseFailure) {
            let plan = try submit(response)
            guard plan.hasContent else { return nil }
        } catch {
            reportAbort(error)
            abort()
            return nil
        }
        switch response.body {
        case .empty, .bytes: return nil
        case .file, .pieces, .stream: return .body(response.body)
        }
    }

    private func send(_ body: ResponseBody) async {
        switch body {
        case .empty, .bytes: break
        case .file(let region): await send([.file(region)])
        case .pieces(let pieces): await send(pieces)
        case .stream(let length, let write): await send(write, length: length)
        }
    }

    private func submit(_ response: Response) throws(ResponseFailure) -> ResponsePlan {
        status = response.status
        let context = ResponseContext(version: .http2, isHEAD: isHEAD)
        let plan = try session.respond(to: stream, response, context)
        contentWaits()
        session.wake()
        return plan
    }

    private func abort() {
        isAborted = true
        wire.reset(stream, .internalError)
        session.wake()
    }
}

// MARK: - Sending

extension HTTP2Exchange {
    /// Adds to the response's content, and waits while the client takes too little of it.
    ///
    /// - Returns: whether the client is still there.
    func append(_ bytes: [UInt8]) async -> Bool {
        guard !stream.isClosed else { return false }
        wire.append(bytes, to: stream)
        contentWaits()
        session.wake()
        while !stream.isClosed, stream.backlog >= Self.backlogBytes { await waitUntilLeft() }
        return !stream.isClosed
    }

    private func waitUntilLeft() async {
        let left = self.left ?? Signal()
        self.left = left
        await left.wait()
    }

    private func finishContent(_ trailers: HTTPFields = [:]) {
        guard !stream.isClosed else { return }
        wire.finish(stream, trailers: trailers)
        session.wake()
    }

    private func send(_ pieces: [ResponsePiece]) async {
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): guard await append(bytes) else { return }
            case .file(let region): guard await send(region) else { return }
            }
        }
        finishContent()
    }

    /// Sends a part of a file; one that has become shorter meanwhile is cut short visibly.
    private func send(_ region: FileRegion) async -> Bool {
        var chunk = worker.buffers.takeChunk()
        defer { worker.buffers.giveBackChunk(chunk) }
        var rest = region
        while rest.length > 0 {
            do {
                let got = try await worker.readNext(of: &rest, into: &chunk)
                guard await append(Array(chunk[..<got])) else { return false }
            } catch {
                reportAbort(error)
                await abortBehindContent()
                return false
            }
        }
        return true
    }

    private func send(_ write: (BodyWriter) async throws -> HTTPFields?, length: UInt64?) async {
        let sink = HTTP2BodySink(self, length: length)
        do {
            let trailers = try await write(BodyWriter(sink))
            try sink.finish()
            finishContent(trailers ?? [:])
        } catch {
            guard !stream.isClosed else { return }
            reportAbort(error)
            await abortBehindContent()
        }
    }

    /// Aborts the response once what there is of it has left: a reset would take that with it.
    private func abortBehindContent() async {
        while !stream.isClosed, stream.backlog > 0 { await waitUntilLeft() }
        guard !stream.isClosed else { return }
        abort()
    }
}

extension HTTP2Exchange: InterimResponder {
    func inform(_ response: HTTPResponse) async {
        wire.inform(stream, response)
        session.wake()
    }
}

// MARK: - Events

extension HTTP2Exchange {
    /// Content of the request is here, or its end.
    func contentArrived() { incoming?.arrived.send() }

    /// All of the response so far has been framed.
    func contentLeft() {
        if sendDeadline != .never { account(stream.sent - sentBefore.stream) }
        sendDeadline = .never
        left?.send()
    }

    /// Content is there for the client to take: its time runs, unless it does already.
    private func contentWaits() {
        guard sendDeadline == .never else { return }
        beginWait()
        sendDeadline = allowance.deadline(from: waitBegan, limit)
        session.check(at: sendDeadline)
    }

    private func beginWait() {
        waitBegan = worker.reactor.now
        sentBefore = (stream.sent, wire.sent)
    }

    /// Takes the wait so far off the client's time, and gives back what so many bytes are worth.
    private func account(_ taken: UInt64) {
        allowance.spend(from: waitBegan, to: worker.reactor.now)
        allowance.earn(Int(clamping: taken), limit)
        beginWait()
    }

    /// What the client took since the wait began: of the whole connection if it has not shut the stream's window,
    /// since then it is others that went first.
    private var takenMeanwhile: UInt64 {
        wire.takesContent(of: stream) ? wire.sent - sentBefore.connection : stream.sent - sentBefore.stream
    }

    private var limit: TransferLimit { snapshot.limits.response }

    /// The next moment at which the client may be too slow.
    var deadline: MonotonicInstant { min(sendDeadline, incoming?.deadline ?? .never) }

    /// Ends the stream if its client is too slow.
    ///
    /// - Returns: whether that is so.
    func cutIfOverdue(_ now: MonotonicInstant) -> Bool {
        if let incoming, incoming.deadline <= now {
            incoming.timeOut()
            return true
        }
        guard sendDeadline <= now else { return false }
        account(takenMeanwhile)
        guard allowance.isSpent(limit) else {
            sendDeadline = allowance.deadline(from: now, limit)
            return false
        }
        isAborted = true
        wire.reset(stream, .enhanceYourCalm)
        return true
    }

    /// The stream is no more: whatever waits for it goes on, the handler is cancelled, and the request is recorded.
    func end() {
        stream.owner = nil
        task?.cancel()
        incoming?.arrived.send()
        left?.send()
        record(
            status,
            ResponseOutcome(keepAlive: true, bodyBytes: stream.sent, isAborted: isAborted || !stream.isSent))
    }
}
