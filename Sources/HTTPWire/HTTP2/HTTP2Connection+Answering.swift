// The server's side of the streams: answers, content, and what becomes frames of them.
import CNghttp2
import HTTPTypes

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
        let hasContent = plan.hasContent
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

    /// Whether the client would take content of a stream by that stream's own window (RFC 9113 §5.2).
    package func takesContent(of stream: HTTP2Stream) -> Bool {
        unsafe nghttp2_session_get_stream_remote_window_size(session, stream.id) > 0
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

    /// Refuses new streams from now on, for that reason; those that are open go on.
    package func refuseStreams(_ code: HTTP2ErrorCode = .noError) {
        unsafe nghttp2_submit_goaway(
            session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
            code.rawValue, nil, 0)
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
        framed += UInt64(count)
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
