// HTTP/2 on one connection: one task reads and writes for all streams, and each request is a child task of it.

import HTTPCore
import HTTPTypes
import HTTPWire
import HandlerKit
import Logging
import Reactor
import Sockets
import Threads

/// The streams of one connection.
final class HTTP2Session {
    let connection: Connection
    let wire: HTTP2Connection
    // Unchecked exclusivity: one thread, and no access is held over a call that could come back here.
    @safe @exclusivity(unchecked) private var output: [UInt8] = []
    /// Whether the socket takes nothing more for now.
    @safe @exclusivity(unchecked) private var isBlocked = false
    /// Whether the connection's own task runs: it sends what there is before it waits.
    @safe @exclusivity(unchecked) private var isAwake = true
    /// A moment after the last reading.
    @safe @exclusivity(unchecked) private var readAt = MonotonicInstant.current()
    /// When the last stream ended, or the connection began.
    @safe @exclusivity(unchecked) private var idleSince: MonotonicInstant
    /// Until when the preface, frame or field section under way has to be complete.
    @safe @exclusivity(unchecked) private var arrivalDeadline = MonotonicInstant.never
    /// Which of what the client began that is.
    @safe @exclusivity(unchecked) private var begun = 0
    /// The earliest moment at which streams are looked at for those that are overdue.
    @safe @exclusivity(unchecked) private var nextCheck = MonotonicInstant.never
    /// Until when a client that was told of the stop may still begin requests; nil before it was told.
    @safe @exclusivity(unchecked) private var refusal: MonotonicInstant?
    @safe @exclusivity(unchecked) private var isRefusing = false
    @safe @exclusivity(unchecked) private var isInputClosed = false
    /// Whether a GOAWAY is all that is left to be said.
    @safe @exclusivity(unchecked) private var isEnding = false
    /// What the client did to be cut off.
    @safe @exclusivity(unchecked) private var offence: HTTP2Failure?
    let noBody = RequestBody()

    /// What is gathered before it is written: as much as fits into one TLS record (RFC 8446 §5.1).
    private static let gatheredBytes = 16_384
    /// How long a client that was told of the stop may begin requests, which may be on their way already.
    private static let refusalGrace: UInt64 = 1_000_000_000

    init(on connection: Connection) {
        self.connection = connection
        let limits = connection.worker.snapshot.limits
        wire = HTTP2Connection(limits: limits.http2, head: limits.head, isSecure: connection.isSecure)
        idleSince = connection.worker.reactor.now
    }

    var worker: Worker { connection.worker }

    /// Whether the client may have sent what was not read, so that closing has to linger.
    var leavesInput: Bool { !isInputClosed }

    /// Answers requests until one of both sides wants no more.
    ///
    /// - Parameter preface: what was read already.
    func run() async throws(ConnectionFailure) {
        var failure: ConnectionFailure?
        await withDiscardingTaskGroup { streams in
            do throws(ConnectionFailure) {
                try await serve(&streams)
            } catch {
                failure = error
            }
            // Nobody reads what they would answer.
            streams.cancelAll()
            endStreams()
        }
        worker.buffers.giveBackOutput(output)
        if let failure { throw failure }
    }

    /// Ends what is open, and what has ended since the events were looked at.
    private func endStreams() {
        while let event = wire.nextEvent() {
            if case .closed(let stream) = event { Self.exchange(of: stream)?.end() }
        }
        for stream in wire.abandon() { Self.exchange(of: stream)?.end() }
    }

    private func serve(_ streams: inout DiscardingTaskGroup) async throws(ConnectionFailure) {
        while true {
            if worker.isDraining { stop() }
            var hasMore = try receive()
            handleEvents(&streams)
            hasMore = try send() || hasMore
            handleEvents(&streams)
            if isOver { return report() }
            if hasMore || wire.hasOutput && !isBlocked {
                await Task.yield()
            } else {
                try await wait()
            }
        }
    }

    /// Whether nothing is left to do on the connection.
    private var isOver: Bool {
        if isInputClosed || offence != nil { return output.isEmpty || isInputClosed }
        return wire.isFinished && output.isEmpty
    }

    /// Tells of a client that was cut off, in one line.
    private func report() {
        guard let offence else { return }
        worker.logger.log(
            level: offence.code == .excess ? .notice : .info, "An HTTP/2 connection was ended.",
            metadata: [
                "event": "http2-ended", "remote_addr": "\(connection.facts.remote)", "reason": "\(offence)",
            ])
    }
}

// MARK: - Reading

extension HTTP2Session {
    /// Reads what is there, within the connection's share.
    ///
    /// - Returns: whether there may be more.
    private func receive() throws(ConnectionFailure) -> Bool {
        guard !isInputClosed, offence == nil, connection.mayRead else { return false }
        var input = InputBuffer()
        defer {
            input.consume(input.count)
            input.release(to: &worker.buffers)
        }
        while connection.mayRead {
            input.makeRoom(from: &worker.buffers)
            guard case .done(let count) = try fill(&input) else { return false }
            readAt = MonotonicInstant.current()
            feed(input)
            input.consume(count)
            if offence != nil { return false }
            if connection.spend(count) { return true }
        }
        return false
    }

    private func fill(_ input: inout InputBuffer) throws(ConnectionFailure) -> Progress<Int> {
        let progress = try input.fill(from: connection.transport)
        if case .closed = progress {
            isInputClosed = true
            guard !wire.hasStreams else { throw ConnectionFailure(.closed, "with requests under way") }
        }
        return progress
    }

    private func feed(_ input: InputBuffer) {
        wire.adopt(worker.snapshot.limits.head)
        do throws(HTTP2Failure) {
            try wire.receive(input.storage.span.extracting(input.window), at: worker.reactor.now.nanoseconds)
        } catch {
            offence = error
            isEnding = true
        }
        if !wire.isIncomplete {
            arrivalDeadline = .never
        } else if arrivalDeadline == .never || wire.begun != begun {
            begun = wire.begun
            arrivalDeadline = worker.deadline(worker.snapshot.limits.headerTimeout)
        }
    }

    private func handleEvents(_ streams: inout DiscardingTaskGroup) {
        while let event = wire.nextEvent() {
            switch event {
            case .request(let stream, let head): begin(stream, head, in: &streams)
            case .refused(let stream, let failure): refuse(stream, failure)
            case .received(let stream): Self.exchange(of: stream)?.contentArrived()
            case .drained(let stream): Self.exchange(of: stream)?.contentLeft()
            case .answeredEarly(let stream): wire.reset(stream, .noError)
            case .closed(let stream): ended(stream)
            case .malformed(let stream, let reason): reportMalformed(stream, reason)
            }
        }
    }

    private func begin(_ stream: HTTP2Stream, _ head: ParsedHead, in streams: inout DiscardingTaskGroup) {
        if !connection.listener.isInternal { worker.countRequest() }
        let exchange = HTTP2Exchange(stream, head, in: self)
        stream.owner = exchange
        if wire.requests >= worker.snapshot.limits.requestsPerConnection || !connection.isAdmitted {
            refuseStreams()
        }
        guard let remainder = exchange.start(head.framing, number: wire.requests, readAt: readAt) else {
            return
        }
        streams.addImmediateTask(executorPreference: worker.reactor) { await exchange.finish(remainder) }
    }

    private static func exchange(of stream: HTTP2Stream) -> HTTP2Exchange? { stream.owner as? HTTP2Exchange }

    private func ended(_ stream: HTTP2Stream) {
        Self.exchange(of: stream)?.end()
        if !wire.hasStreams { idleSince = worker.reactor.now }
    }

    /// Answers what is no valid request, but for a valid stream.
    private func refuse(_ stream: HTTP2Stream, _ failure: RequestFailure) {
        let response = worker.refusal(
            failure.status, failure.publicMessage, reason: failure.code.description,
            from: connection.facts.remote)
        do throws(ResponseFailure) {
            _ = try respond(to: stream, response, ResponseContext(version: .http2))
        } catch {
            wire.reset(stream, .internalError)
        }
    }

    private func reportMalformed(_ stream: HTTP2Stream, _ reason: String) {
        Self.exchange(of: stream)?.contentArrived()
        worker.logger.info(
            "A request was refused.",
            metadata: ["remote_addr": "\(connection.facts.remote)", "reason": "malformed: \(reason)"])
    }
}

// MARK: - Writing

extension HTTP2Session {
    /// Hands a response's head over, with its content as far as that is in memory.
    func respond(
        to stream: HTTP2Stream, _ response: Response, _ context: ResponseContext
    ) throws(ResponseFailure) -> ResponsePlan {
        let length = response.body.length
        let server = worker.serverFields
        var content: [UInt8] = []
        if case .bytes(let bytes) = response.body { content = bytes }
        return try wire.respond(
            to: stream,
            { block throws(ResponseFailure) in
                try ResponseEncoder.appendHead(
                    response.status, response.fields.others, behind: response.fields.encoding,
                    content: length.map { .length($0) } ?? .stream,
                    context: context, server: server, to: &block)
            }, content: content, isComplete: length == UInt64(content.count))
    }

    /// Has the connection's task send what there is now.
    func wake() {
        if !isAwake { connection.registration.interrupt() }
    }

    /// Looks after streams at that moment at the latest.
    func check(at deadline: MonotonicInstant) {
        nextCheck = min(nextCheck, deadline.adding(nanoseconds: Self.checkDelay))
    }

    /// Sends until there is nothing left, the socket takes nothing more, or the share is used up.
    ///
    /// - Returns: whether it was the share.
    private func send() throws(ConnectionFailure) -> Bool {
        isBlocked = false
        while true {
            if output.count < Self.gatheredBytes { gather() }
            guard !output.isEmpty else { return false }
            switch try write() {
            case .done(let count):
                leave(count)
                if connection.spend(count) { return true }
            case .wantRead, .wantWrite:
                isBlocked = true
                return false
            case .closed:
                throw ConnectionFailure(.closed, "while sending")
            }
        }
    }

    /// Writes as much as one record holds.
    private func write() throws(ConnectionFailure) -> Progress<Int> {
        let pending = output
        return try connection.transport.write(
            pending.span.extracting(0..<min(pending.count, Self.gatheredBytes)))
    }

    /// Forgets what has been written.
    private func leave(_ count: Int) {
        if count == output.count {
            output.removeAll(keepingCapacity: true)
        } else {
            output.removeSubrange(0..<count)
        }
    }

    private func gather() {
        if output.capacity == 0 { output = worker.buffers.takeOutput() }
        wire.appendOutput(to: &output, upTo: Self.gatheredBytes)
        guard output.isEmpty else { return }
        worker.buffers.giveBackOutput(output)
        output = []
    }
}

// MARK: - Waiting

extension HTTP2Session {
    /// Waits for the client, for a child task that has something to send, or for the next deadline.
    private func wait() async throws(ConnectionFailure) {
        connection.renewShare()
        connection.isInterruptible = true
        isAwake = false
        let (began, queued) = (worker.reactor.now, isBlocked ? connection.socket.undelivered : 0)
        let outcome = await connection.registration.wait(for: interest, until: deadline)
        isAwake = true
        connection.isInterruptible = false
        if isBlocked { connection.account(from: began, queued) }
        switch outcome {
        case .ready, .interrupted: break
        case .timedOut: try cutOverdue()
        case .cancelled: throw ConnectionFailure(.cancelled)
        }
    }

    /// What is read no more must not wake it: it would wake it at once, again and again.
    private var interest: Interest {
        if offence != nil { return .write }
        return isBlocked ? [.read, .write] : .read
    }

    private var deadline: MonotonicInstant {
        let sendDeadline = isBlocked ? connection.sendDeadline : .never
        if isEnding { return sendDeadline }
        var deadline = min(nextCheck, arrivalDeadline, sendDeadline)
        if !wire.hasStreams { deadline = min(deadline, idleSince.adding(nanoseconds: limits.idleTimeout)) }
        if let refusal, !isRefusing { deadline = min(deadline, refusal) }
        return deadline
    }

    private var limits: ServerLimits { worker.snapshot.limits }

    /// Tells the client to ask elsewhere: at once when nothing runs, otherwise with a notice first.
    private func stop() {
        if refusal == nil {
            refusal = worker.deadline(Self.refusalGrace)
            wire.announceShutdown()
        }
        if !wire.hasStreams, wire.requests > 0 { refuseStreams() }
    }

    /// Lets what is open end, and nothing more begin.
    private func refuseStreams(_ code: HTTP2ErrorCode = .noError) {
        guard !isRefusing else { return }
        isRefusing = true
        wire.refuseStreams(code)
    }

    /// Ends what is overdue by now.
    private func cutOverdue() throws(ConnectionFailure) {
        let now = worker.reactor.now
        if isBlocked, connection.hasUsedUpItsTime {
            throw ConnectionFailure(.aborted, "the client takes too little of its responses")
        }
        if arrivalDeadline <= now {
            reportSlowness(streams: wire.streams.count)
            return terminate(.enhanceYourCalm)
        }
        if let refusal, refusal <= now { refuseStreams() }
        cutOverdueStreams(now)
        if !wire.hasStreams, idleSince.adding(nanoseconds: limits.idleTimeout) <= now {
            terminate(.noError)
        }
    }

    private func terminate(_ code: HTTP2ErrorCode) {
        isEnding = true
        wire.terminate(code)
    }

    /// How long after the first deadline streams are looked at, in nanoseconds: those that came together are overdue together
    /// then, and none is taken for one that gets on.
    private static let checkDelay: UInt64 = 250_000_000

    private func cutOverdueStreams(_ now: MonotonicInstant) {
        guard nextCheck <= now else { return }
        nextCheck = .never
        var cut = 0
        for case let exchange? in wire.streams.map(Self.exchange(of:)) {
            if exchange.cutIfOverdue(now) { cut += 1 } else { check(at: exchange.deadline) }
        }
        guard cut > 0 else { return }
        reportSlowness(streams: cut)
        // With others that get on it is a slow stream; alone it is a client that holds the connection for nothing. That
        // ends, too, behind the 408 of a request whose content doesn't come.
        if cut == wire.streams.count { refuseStreams(.enhanceYourCalm) }
    }

    private func reportSlowness(streams: Int) {
        worker.logger.info(
            "A client was too slow.",
            metadata: [
                "event": "http2-slow", "remote_addr": "\(connection.facts.remote)", "streams": "\(streams)",
            ])
    }
}
