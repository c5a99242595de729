// Owns the protocol state of an HTTP/2 connection (RFC 9113), without I/O: bytes in, events out; responses in, bytes
// out. Framing, HPACK and flow control are nghttp2's; what requests may say is judged here.
import CNghttp2
import HTTPCore
import HTTPTypes

/// The server's side of an HTTP/2 connection.
///
/// Feed it with ``receive(_:at:)``, handle ``nextEvent()``, and send what ``appendOutput(to:upTo:)`` gives. It belongs
/// to one thread.
@safe
package final class HTTP2Connection {
    private let session: OpaquePointer
    private let limits: HTTP2Limits

    // Unchecked exclusivity: one thread, and nghttp2 calls back only while it is called.

    /// The open streams, each of which knows its place; nghttp2 knows each by its number.
    @safe @exclusivity(unchecked) private var open: [HTTP2Stream] = []
    @safe @exclusivity(unchecked) private var events: [HTTP2Event] = []
    @safe @exclusivity(unchecked) private var nextIndex = 0
    @safe @exclusivity(unchecked) private var reader: HTTP2HeadReader
    @safe @exclusivity(unchecked) private var block = FieldBlock()
    @safe @exclusivity(unchecked) private var budget: FrameBudget
    @safe @exclusivity(unchecked) private var now: UInt64 = 0
    @safe @exclusivity(unchecked) private var scanner = FrameScanner()
    @safe @exclusivity(unchecked) private var skipped = SkippedStreams()
    /// The stream whose field section is under way.
    @safe @exclusivity(unchecked) private var openSection: HTTP2Stream?
    /// The limit that the client went past.
    @safe @exclusivity(unchecked) private var excess: String?
    /// Whether the client's preface and its first SETTINGS are here (RFC 9113 §3.4).
    @safe @exclusivity(unchecked) private var hasBegun = false
    @safe @exclusivity(unchecked) private var begunRequests = 0

    /// Makes a connection that has yet to send its SETTINGS.
    package init(limits: HTTP2Limits, head: HTTPLimits, isSecure: Bool) {
        self.limits = limits
        budget = FrameBudget(limits)
        reader = HTTP2HeadReader(limits: head, isSecure: isSecure)
        unsafe session = HTTP2Callbacks.makeSession(limits)
        unsafe nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
        unsafe HTTP2Callbacks.submitSettings(session, limits, headerBytes: head.headerBytes)
    }

    deinit { unsafe nghttp2_session_del(session) }

    /// Goes by other limits of heads from now on.
    package func adopt(_ limits: HTTPLimits) { reader.adopt(limits) }

    /// Whether the client has begun what it has to complete: its preface, a frame, a field section.
    package var isIncomplete: Bool { !hasBegun || openSection != nil || scanner.isInFrame }

    /// Counts what the client has begun.
    package var begun: Int { scanner.begun }

    /// Whether neither side has anything to say any more.
    package var isFinished: Bool {
        unsafe nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
    }

    /// Whether there may be something to send.
    package var hasOutput: Bool { unsafe nghttp2_session_want_write(session) != 0 }

    // Functions, not stored properties: other modules would check their exclusivity all the same.

    /// The open streams.
    package var streams: [HTTP2Stream] { open }

    /// Whether there is any.
    package var hasStreams: Bool { !open.isEmpty }

    /// Requests so far.
    package var requests: Int { begunRequests }

    /// The next thing that has happened; nil when everything was told.
    package func nextEvent() -> HTTP2Event? {
        guard nextIndex < events.count else {
            events.removeAll(keepingCapacity: true)
            nextIndex = 0
            return nil
        }
        nextIndex += 1
        return events[nextIndex - 1]
    }
}

// MARK: - Receiving

extension HTTP2Connection {
    /// Takes bytes of the client, at a moment in nanoseconds of any clock that only goes forward.
    ///
    /// - Throws: ``HTTP2Failure``; what ``appendOutput(to:upTo:)`` still gives tells the client why.
    package func receive(_ bytes: Span<UInt8>, at now: UInt64) throws(HTTP2Failure) {
        self.now = now
        guard look(at: bytes) else {
            terminate(.protocolError)
            throw HTTP2Failure(.protocolError, "a request on a stream that was passed over")
        }
        let result = unsafe bytes.withUnsafeBufferPointer {
            unsafe nghttp2_session_mem_recv(session, $0.baseAddress, $0.count)
        }
        if result == Int(NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue) { excess = "CONTINUATION frames" }
        if let excess {
            terminate(.enhanceYourCalm)
            throw HTTP2Failure(.excess, "too many \(excess)")
        }
        guard result < 0 else { return }
        if result == Int(NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue) { throw HTTP2Failure(.notHTTP2) }
        if result == Int(NGHTTP2_ERR_FLOODED.rawValue) {
            terminate(.enhanceYourCalm)
            throw HTTP2Failure(.excess, "too many frames to answer, and none of the answers is read")
        }
        terminate(.protocolError)
        throw unsafe HTTP2Failure(.protocolError, String(cString: nghttp2_strerror(CInt(result))))
    }

    /// Counts the frames, whose use is found out later.
    ///
    /// - Returns: whether all of them may stand where they stand.
    private func look(at bytes: Span<UInt8>) -> Bool {
        var index = 0
        while let header = scanner.next(bytes, &index) {
            spend(.other)
            if header.type == UInt8(NGHTTP2_HEADERS.rawValue), skipped.isWrong(header.stream) { return false }
        }
        return true
    }

    private func spend(_ frame: CountedFrame) {
        if !budget.spend(frame, at: now) { excess = frame.text }
    }

    /// A field section begins: of a request, or of the trailers of one.
    func sectionBegan(_ id: Int32, isRequest: Bool) {
        if isRequest {
            begin(id)
            budget.refund(.other, 1)
        }
        openSection = stream(id)
        reader.begin()
    }

    private func begin(_ id: Int32) {
        let stream = HTTP2Stream(id)
        stream.place = open.count
        open.append(stream)
        begunRequests += 1
        let reference = unsafe Unmanaged.passUnretained(stream).toOpaque()
        unsafe nghttp2_session_set_stream_user_data(session, id, reference)
    }

    /// The open stream of that number.
    private func stream(_ id: Int32) -> HTTP2Stream? {
        unsafe nghttp2_session_get_stream_user_data(session, id).map {
            unsafe Unmanaged<HTTP2Stream>.fromOpaque($0).takeUnretainedValue()
        }
    }

    func take(_ name: OpaquePointer, _ value: OpaquePointer) {
        unsafe reader.take(name, value)
    }

    /// A field section is complete.
    func sectionEnded(isRequest: Bool, isEnded: Bool) {
        guard let stream = openSection else { return }
        openSection = nil
        do throws(HTTP2FieldProblem) {
            if isRequest {
                try finishHead(of: stream, isEnded: isEnded)
            } else {
                try finishTrailers(of: stream, isEnded: isEnded)
            }
        } catch {
            stream.isEnded = isEnded
            switch error {
            case .malformed(let reason): reject(stream, reason)
            case .refused(let failure): events.append(.refused(stream, failure))
            }
        }
    }

    private func finishHead(of stream: HTTP2Stream, isEnded: Bool) throws(HTTP2FieldProblem) {
        let head = try reader.finishHead(isEnded: isEnded)
        if case .length(let length) = head.framing { stream.declared = length }
        stream.isEnded = isEnded
        if let priority = head.request.headerFields[.priority] {
            unsafe HTTP2Callbacks.prioritise(session, stream.id, StreamPriority(priority))
        }
        events.append(.request(stream, head))
    }

    private func finishTrailers(of stream: HTTP2Stream, isEnded: Bool) throws(HTTP2FieldProblem) {
        guard isEnded else { throw .malformed("trailers that don't end the stream") }
        stream.trailers = try reader.finishTrailers()
        end(stream)
    }

    /// Content has come.
    func received(_ id: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
        // A reader that is slow holds up its own stream only: the window that all share is opened at once.
        unsafe nghttp2_session_consume_connection(session, bytes.count)
        guard let stream = stream(id), !stream.isSent, !stream.isResetByUs else { return }
        stream.received += UInt64(bytes.count)
        if let declared = stream.declared, stream.received > declared {
            return reject(stream, "more content than Content-Length says")
        }
        budget.refund(.other, 1)
        unsafe stream.inbox.append(contentsOf: bytes)
        events.append(.received(stream))
    }

    /// A DATA frame is complete.
    func dataEnded(_ id: Int32, count: Int, isEnded: Bool) {
        if count == 0, !isEnded { spend(.empty) }
        guard isEnded, let stream = stream(id) else { return }
        end(stream)
    }

    /// The client has ended its side of the stream.
    private func end(_ stream: HTTP2Stream) {
        stream.isEnded = true
        guard stream.declared == nil || stream.declared == stream.received else {
            return reject(stream, "less content than Content-Length says")
        }
        events.append(.received(stream))
    }

    /// Resets the stream of a message that is malformed (RFC 9113 §8.1.1).
    private func reject(_ stream: HTTP2Stream, _ reason: String) {
        guard !stream.isResetByUs else { return }
        spend(.reset)
        reset(stream, .protocolError)
        events.append(.malformed(stream, reason: reason))
    }

    /// A frame that has no content for a stream.
    func controlFrame(_ kind: nghttp2_frame_type, isAcknowledgement: Bool) {
        switch kind {
        case NGHTTP2_SETTINGS where !isAcknowledgement:
            hasBegun = true
            spend(.settings)
        case NGHTTP2_PING: spend(.ping)
        case NGHTTP2_RST_STREAM: spend(.reset)
        default: break
        }
    }

    func closed(_ id: Int32, _ code: UInt32) {
        guard let stream = stream(id) else { return }
        if openSection === stream { openSection = nil }
        let last = open.removeLast()
        if last !== stream {
            open[stream.place] = last
            last.place = stream.place
        }
        stream.isGone = true
        stream.isReset = code != HTTP2ErrorCode.noError.rawValue
        events.append(.closed(stream))
    }
}

// MARK: - Answering

extension HTTP2Connection {
    /// The server's answer to a stream, with its content so far.
    ///
    /// - Parameters:
    ///   - content: the first bytes of the content; more follow by ``append(_:to:)`` until ``finish(_:trailers:)``.
    ///   - isComplete: whether that is all of it.
    package func respond(
        to stream: HTTP2Stream, _ response: (inout FieldBlock) throws(ResponseFailure) -> ResponsePlan,
        content: [UInt8], isComplete: Bool
    ) throws(ResponseFailure) -> ResponsePlan {
        block.removeAll()
        let plan = try response(&block)
        guard !stream.isClosed else { return plan }
        stream.isAnswered = true
        let hasContent = plan.framing != .none
        stream.outbox = hasContent ? content : []
        stream.outboxStart = 0
        stream.isOutboxComplete = isComplete || !hasContent
        unsafe HTTP2Callbacks.submitResponse(session, stream.id, block, hasContent: hasContent)
        return plan
    }

    /// Sends an interim response, 100 Continue or 103 Early Hints (RFC 9110 §15.2).
    package func inform(_ stream: HTTP2Stream, _ response: HTTPResponse) {
        guard !stream.isClosed, !stream.isAnswered else { return }
        block.removeAll()
        block.append(status: response.status.code)
        for field in response.headerFields { block.append(field) }
        unsafe HTTP2Callbacks.submitInterim(session, stream.id, block)
    }

    /// Adds content to a response.
    package func append(_ bytes: [UInt8], to stream: HTTP2Stream) {
        if stream.backlog == 0 {
            stream.outbox = bytes
        } else {
            stream.outbox.removeSubrange(0..<stream.outboxStart)
            stream.outbox.append(contentsOf: bytes)
        }
        stream.outboxStart = 0
        resume(stream)
    }

    /// Ends the content of a response.
    package func finish(_ stream: HTTP2Stream, trailers: HTTPFields) {
        stream.isOutboxComplete = true
        stream.trailersToSend = trailers
        resume(stream)
    }

    private func resume(_ stream: HTTP2Stream) {
        guard stream.isDeferred, !stream.isClosed else { return }
        stream.isDeferred = false
        unsafe nghttp2_session_resume_data(session, stream.id)
    }

    /// Takes the content that has come, and lets the client send as much again.
    package func takeContent(of stream: HTTP2Stream) -> [UInt8] {
        var content: [UInt8] = []
        swap(&content, &stream.inbox)
        if !stream.isClosed, !stream.isEnded {
            unsafe nghttp2_session_consume_stream(session, stream.id, content.count)
        }
        return content
    }

    /// Ends a stream before its time.
    package func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        guard !stream.isClosed, !stream.isResetByUs else { return }
        stream.isResetByUs = true
        unsafe nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, code.rawValue)
    }

    /// Announces that no new streams will be served, without refusing those that are on their way (RFC 9113 §6.8).
    package func announceShutdown() { unsafe nghttp2_submit_shutdown_notice(session) }

    /// Refuses new streams from now on; those that are open go on.
    package func refuseStreams() {
        unsafe nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
            HTTP2ErrorCode.noError.rawValue, nil, 0)
    }

    /// Ends all streams where they are: there is no connection any more.
    package func abandon() -> [HTTP2Stream] {
        for stream in open {
            stream.isGone = true
            stream.isReset = true
        }
        return open
    }

    /// Ends the connection: what is left to send is a GOAWAY.
    package func terminate(_ code: HTTP2ErrorCode) {
        unsafe nghttp2_session_terminate_session(session, code.rawValue)
    }
}

// MARK: - Sending

extension HTTP2Connection {
    /// Appends frames until there are so many bytes, or none are left that may be sent now.
    package func appendOutput(to output: inout [UInt8], upTo count: Int) {
        while output.count < count {
            var bytes: UnsafePointer<UInt8>?
            let length = unsafe nghttp2_session_mem_send(session, &bytes)
            guard length > 0, let start = unsafe bytes else { return }
            unsafe output.append(contentsOf: UnsafeBufferPointer(start: start, count: length))
        }
    }

    /// Moves content of a stream into a DATA frame.
    ///
    /// - Returns: how many bytes; nil when there are none for now.
    func fill(_ frame: UnsafeMutableBufferPointer<UInt8>, of id: Int32) -> (count: Int, isLast: Bool)? {
        guard let stream = stream(id) else { return (0, true) }
        let count = min(frame.count, stream.backlog)
        guard count > 0 || stream.isOutboxComplete else {
            stream.isDeferred = true
            events.append(.drained(stream))
            return nil
        }
        unsafe stream.outbox.withUnsafeBufferPointer { outbox in
            _ = unsafe frame.update(fromContentsOf: outbox[stream.outboxStart..<(stream.outboxStart + count)])
        }
        stream.outboxStart += count
        stream.framed += UInt64(count)
        if stream.backlog == 0, !stream.isOutboxComplete { events.append(.drained(stream)) }
        return (count, stream.isOutboxComplete && stream.backlog == 0)
    }

    /// Sends the fields after the content, if there are any, in place of the frame's END_STREAM.
    func submitTrailers(of id: Int32) -> Bool {
        guard let stream = stream(id), !stream.trailersToSend.isEmpty else { return false }
        block.removeAll()
        for field in stream.trailersToSend { block.append(field) }
        unsafe HTTP2Callbacks.submitTrailers(session, id, block)
        return true
    }

    /// A frame is on its way.
    func sent(_ kind: nghttp2_frame_type, _ id: Int32, endsStream: Bool) {
        // Each piece of content may well be answered with an open window, of the stream and of the connection.
        if kind == NGHTTP2_DATA { budget.refund(.other, 4) }
        let stream = stream(id)
        // One that nghttp2 sends by itself is for a fault of the client's (CVE-2025-8671).
        if kind == NGHTTP2_RST_STREAM, stream?.isResetByUs != true { spend(.reset) }
        guard endsStream, let stream else { return }
        stream.isFramed = true
        if !stream.isEnded { events.append(.answeredEarly(stream)) }
    }
}
