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
    /// What a client's connection begins with (RFC 9113 §3.4).
    package static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    let session: OpaquePointer
    private let limits: HTTP2Limits

    // Unchecked exclusivity: one thread, and nghttp2 calls back only while it is called.

    /// The open streams, each of which knows its place; nghttp2 knows each by its number.
    @usableFromInline @safe @exclusivity(unchecked) var open: [HTTP2Stream] = []
    @safe @exclusivity(unchecked) var events: [HTTP2Event?] = []
    @safe @exclusivity(unchecked) private var nextIndex = 0
    @safe @exclusivity(unchecked) private var reader: HTTP2HeadReader
    @safe @exclusivity(unchecked) var block = FieldBlock()
    @safe @exclusivity(unchecked) var budget: FrameBudget
    @safe @exclusivity(unchecked) private var now: UInt64 = 0
    @safe @exclusivity(unchecked) private var scanner = FrameScanner()
    @safe @exclusivity(unchecked) private var past = PastStreams()
    /// The stream whose field section is under way.
    @safe @exclusivity(unchecked) private var openSection: HTTP2Stream?
    /// CONTINUATION frames one after another. nghttp2 counts them too, but each of them once for every piece that its
    /// header comes in.
    @safe @exclusivity(unchecked) private var continuations = 0
    /// The limit that the client went past.
    @safe @exclusivity(unchecked) private var excess: String?
    /// Whether the client's preface and its first SETTINGS are here (RFC 9113 §3.4).
    @safe @exclusivity(unchecked) private var hasBegun = false
    @usableFromInline @safe @exclusivity(unchecked) var begunRequests = 0
    @usableFromInline @safe @exclusivity(unchecked) var framed: UInt64 = 0

    /// Makes a connection that has yet to send its SETTINGS.
    package init(limits: HTTP2Limits, head: HTTPLimits, isSecure: Bool) {
        self.limits = limits
        budget = FrameBudget(limits)
        reader = HTTP2HeadReader(limits: head, isSecure: isSecure)
        unsafe session = HTTP2Callbacks.makeSession()
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
    @inlinable package var hasStreams: Bool { !open.isEmpty }

    /// Bytes of content of all streams that have been framed.
    @inlinable package var sent: UInt64 { framed }

    /// Requests so far.
    @inlinable package var requests: Int { begunRequests }

    /// The next thing that has happened; nil when everything was told.
    package func nextEvent() -> HTTP2Event? {
        guard nextIndex < events.count else {
            events.removeAll(keepingCapacity: true)
            nextIndex = 0
            return nil
        }
        nextIndex += 1
        return events[nextIndex - 1].take()
    }
}

// MARK: - Receiving

extension HTTP2Connection {
    /// Takes bytes of the client, at a moment in nanoseconds of any clock that only goes forward.
    ///
    /// - Throws: ``HTTP2Failure``; what ``appendOutput(to:upTo:)`` still gives tells the client why.
    package func receive(_ bytes: Span<UInt8>, at now: UInt64) throws(HTTP2Failure) {
        self.now = now
        if let code = look(at: bytes) {
            terminate(code)
            throw HTTP2Failure(.protocolError, "a frame that may not stand there")
        }
        // What comes after is not for HPACK's table to be filled with.
        if continuations > limits.continuations {
            excess = "CONTINUATION frames"
            try end()
        }
        let result = unsafe bytes.withUnsafeBufferPointer {
            unsafe nghttp2_session_mem_recv(session, $0.baseAddress, $0.count)
        }
        if excess != nil { try end() }
        guard result < 0 else { return }
        if result == Int(NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue) { throw HTTP2Failure(.notHTTP2) }
        if result == Int(NGHTTP2_ERR_FLOODED.rawValue) {
            terminate(.enhanceYourCalm)
            throw HTTP2Failure(.excess, "too many frames to answer, and none of the answers is read")
        }
        terminate(.protocolError)
        throw unsafe HTTP2Failure(.protocolError, String(cString: nghttp2_strerror(CInt(result))))
    }

    /// Ends the connection of a client that went past a limit.
    private func end() throws(HTTP2Failure) {
        terminate(.enhanceYourCalm)
        throw HTTP2Failure(.excess, "too many \(excess ?? "frames")")
    }

    /// Counts the frames, whose use is found out later.
    ///
    /// - Returns: the error if one of them must not stand where it stands; nil if nghttp2 may judge.
    private func look(at bytes: Span<UInt8>) -> HTTP2ErrorCode? {
        var index = 0
        while let header = scanner.next(bytes, &index) {
            spend(.other)
            continuations = header.type == UInt8(NGHTTP2_CONTINUATION.rawValue) ? continuations + 1 : 0
            if continuations > limits.continuations { return nil }
            if let problem = problem(with: header) { return problem }
        }
        return nil
    }

    private func problem(with header: FrameScanner.Header) -> HTTP2ErrorCode? {
        switch nghttp2_frame_type(UInt32(header.type)) {
        case NGHTTP2_HEADERS: return past.beginSection(on: header.stream)
        case NGHTTP2_DATA: return past.problem(ofContentOn: header.stream)
        case NGHTTP2_RST_STREAM: past.end(header.stream)
        case NGHTTP2_PRIORITY, NGHTTP2_PRIORITY_UPDATE:
            return header.isWrongPriority ? .protocolError : nil
        default: break
        }
        return nil
    }

    func spend(_ frame: CountedFrame) {
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
    func stream(_ id: Int32) -> HTTP2Stream? {
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
        if stream.isEnded { past.end(id) }
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
