// Owns what C sees: nghttp2's session with its options, and the callbacks, which hand everything to HTTP2Connection.
// A callback runs only while the connection that it belongs to calls nghttp2, so the reference that it is given lives.
import CNghttp2

enum HTTP2Callbacks {
    /// As much content as fills a TLS record with its frame's header (RFC 8446 §5.1).
    fileprivate static let dataBytes = 16_384 - 9

    /// A session of a server; nghttp2 keeps a copy of options and callbacks.
    static func makeSession() -> OpaquePointer {
        var options: OpaquePointer?
        precondition(unsafe nghttp2_option_new(&options) == 0, "out of memory")
        defer { unsafe nghttp2_option_del(options) }
        // Requests are judged by HTTP2Head, which answers what can be answered.
        unsafe nghttp2_option_set_no_http_messaging(options, 1)
        // Windows are opened when content is taken.
        unsafe nghttp2_option_set_no_auto_window_update(options, 1)
        unsafe nghttp2_option_set_no_closed_streams(options, 1)
        unsafe nghttp2_option_set_max_continuations(options, .max)
        unsafe nghttp2_option_set_builtin_recv_extension_type(
            options, UInt8(NGHTTP2_PRIORITY_UPDATE.rawValue))
        var session: OpaquePointer?
        let result = unsafe nghttp2_session_server_new2(&session, table.callbacks, nil, options)
        guard result == 0, let session = unsafe session else { fatalError("out of memory") }
        return unsafe session
    }

    static func submitSettings(_ session: OpaquePointer, _ limits: HTTP2Limits, headerBytes: Int) {
        let settings = [
            entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streams),
            entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.window),
            entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, headerBytes),
            // Priorities are those of RFC 9218.
            entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
        ]
        unsafe nghttp2_submit_settings(session, none, settings, settings.count)
        // What all streams may send at one time is bounded by their own windows.
        let shared = Int32(clamping: limits.streams * limits.window)
        unsafe nghttp2_session_set_local_window_size(session, none, 0, max(shared, 65_535))
    }

    private static func entry(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }

    static let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)

    static func prioritise(_ session: OpaquePointer, _ id: Int32, _ priority: StreamPriority) {
        var value = nghttp2_extpri(urgency: priority.urgency, inc: priority.isIncremental ? 1 : 0)
        unsafe nghttp2_session_change_extpri_stream_priority(session, id, &value, 0)
    }

    static func submitResponse(
        _ session: OpaquePointer, _ id: Int32, _ block: borrowing FieldBlock, hasContent: Bool
    ) {
        unsafe block.withFields { fields in
            var content = unsafe nghttp2_data_provider()
            unsafe content.read_callback = fillFrame
            if hasContent {
                unsafe nghttp2_submit_response(session, id, fields.baseAddress, fields.count, &content)
            } else {
                unsafe nghttp2_submit_response(session, id, fields.baseAddress, fields.count, nil)
            }
        }
    }

    static func submitInterim(_ session: OpaquePointer, _ id: Int32, _ block: borrowing FieldBlock) {
        unsafe block.withFields { fields in
            _ = unsafe nghttp2_submit_headers(session, none, id, nil, fields.baseAddress, fields.count, nil)
        }
    }

    static func submitTrailers(_ session: OpaquePointer, _ id: Int32, _ block: borrowing FieldBlock) {
        unsafe block.withFields { fields in
            _ = unsafe nghttp2_submit_trailer(session, id, fields.baseAddress, fields.count)
        }
    }

    /// The callbacks, made once for all sessions.
    private static let table = CallbackTable()
}

/// The table of callbacks; it lives as long as the process and never changes.
@safe
private struct CallbackTable: @unchecked Sendable {
    let callbacks: OpaquePointer

    init() {
        var table: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&table) == 0, let table = unsafe table else {
            fatalError("out of memory")
        }
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(table, beginHeaders)
        unsafe nghttp2_session_callbacks_set_on_header_callback2(table, header)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(table, frameReceived)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, dataReceived)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(table, streamClosed)
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(table, frameSent)
        unsafe nghttp2_session_callbacks_set_data_source_read_length_callback(table, frameLength)
        unsafe callbacks = table
    }
}

extension FieldBlock {
    /// Lends the fields as nghttp2 takes them; it copies what it is given.
    fileprivate func withFields(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> Void) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            // nghttp2 reads only: the mutability of its pointers is that of C without const.
            let start = unsafe UnsafeMutablePointer(mutating: bytes.baseAddress)
            unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: count) { fields in
                var begin = 0
                for index in 0..<count {
                    let (nameEnd, end) = (ends[2 * index], ends[2 * index + 1])
                    unsafe fields.initializeElement(
                        at: index,
                        to: nghttp2_nv(
                            name: start.map { unsafe $0 + begin }, value: start.map { unsafe $0 + nameEnd },
                            namelen: nameEnd - begin, valuelen: end - nameEnd, flags: HTTP2Callbacks.none))
                    begin = end
                }
                unsafe body(UnsafeBufferPointer(fields))
            }
        }
    }
}

/// Lends the connection that nghttp2 was made for; it is in a call to nghttp2, so it needs no further reference.
@inline(__always)
private func withConnection<Result>(
    _ userData: UnsafeMutableRawPointer?, _ body: (HTTP2Connection) -> Result
) -> Result {
    guard let userData = unsafe userData else { fatalError("nghttp2 lost its connection") }
    return unsafe Unmanaged<HTTP2Connection>.fromOpaque(userData)._withUnsafeGuaranteedRef(body)
}

private func has(_ flags: UInt8, _ flag: nghttp2_flag) -> Bool { flags & UInt8(flag.rawValue) != 0 }

private func beginHeaders(
    _: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, userData: UnsafeMutableRawPointer?
) -> CInt {
    guard let frame = unsafe frame else { return 0 }
    let (id, kind) = unsafe (frame.pointee.hd.stream_id, frame.pointee.headers.cat)
    unsafe withConnection(userData) { $0.sectionBegan(id, isRequest: kind == NGHTTP2_HCAT_REQUEST) }
    return 0
}

private func header(
    _: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, name: OpaquePointer?, value: OpaquePointer?,
    flags: UInt8,
    userData: UnsafeMutableRawPointer?
) -> CInt {
    guard let name = unsafe name, let value = unsafe value else { return 0 }
    unsafe withConnection(userData) { unsafe $0.take(name, value) }
    return 0
}

private func frameReceived(
    _: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, userData: UnsafeMutableRawPointer?
) -> CInt {
    guard let frame = unsafe frame else { return 0 }
    let header = unsafe frame.pointee.hd
    let kind = nghttp2_frame_type(UInt32(header.type))
    let endsStream = has(header.flags, NGHTTP2_FLAG_END_STREAM)
    unsafe withConnection(userData) { connection in
        switch kind {
        case NGHTTP2_HEADERS:
            let isRequest = unsafe frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST
            connection.sectionEnded(isRequest: isRequest, isEnded: endsStream)
        case NGHTTP2_DATA:
            let padding = unsafe frame.pointee.data.padlen
            connection.dataEnded(header.stream_id, count: header.length - padding, isEnded: endsStream)
        default:
            connection.controlFrame(kind, isAcknowledgement: has(header.flags, NGHTTP2_FLAG_ACK))
        }
    }
    return 0
}

private func dataReceived(
    _: OpaquePointer?, flags: UInt8, id: Int32, bytes: UnsafePointer<UInt8>?, count: Int,
    userData: UnsafeMutableRawPointer?
) -> CInt {
    unsafe withConnection(userData) {
        unsafe $0.received(id, UnsafeBufferPointer(start: bytes, count: count))
    }
    return 0
}

private func streamClosed(
    _: OpaquePointer?, id: Int32, code: UInt32, userData: UnsafeMutableRawPointer?
) -> CInt {
    unsafe withConnection(userData) { $0.closed(id, code) }
    return 0
}

private func frameSent(
    _: OpaquePointer?, frame: UnsafePointer<nghttp2_frame>?, userData: UnsafeMutableRawPointer?
) -> CInt {
    guard let header = unsafe frame?.pointee.hd else { return 0 }
    let kind = nghttp2_frame_type(UInt32(header.type))
    let mayEnd = kind == NGHTTP2_HEADERS || kind == NGHTTP2_DATA
    let endsStream = mayEnd && has(header.flags, NGHTTP2_FLAG_END_STREAM)
    unsafe withConnection(userData) { $0.sent(kind, header.stream_id, endsStream: endsStream) }
    return 0
}

private func frameLength(
    _: OpaquePointer?, kind: UInt8, id: Int32, sessionWindow: Int32, streamWindow: Int32, frameSize: UInt32,
    userData: UnsafeMutableRawPointer?
) -> Int {
    min(Int(sessionWindow), Int(streamWindow), Int(frameSize), HTTP2Callbacks.dataBytes)
}

private func fillFrame(
    _: OpaquePointer?, id: Int32, frame: UnsafeMutablePointer<UInt8>?, capacity: Int,
    flags: UnsafeMutablePointer<UInt32>?, source: UnsafeMutablePointer<nghttp2_data_source>?,
    userData: UnsafeMutableRawPointer?
) -> Int {
    let buffer = unsafe UnsafeMutableBufferPointer(start: frame, count: capacity)
    return unsafe withConnection(userData) { connection in
        guard let filled = unsafe connection.fill(buffer, of: id) else {
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        if filled.isLast {
            unsafe flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
            let hasTrailers = connection.submitTrailers(of: id)
            if hasTrailers { unsafe flags?.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue }
        }
        return filled.count
    }
}
