// Owns the client's side of the HTTP/2 tests: frames written byte by byte, and a reading of what comes back.
import FuzzProperties
import HTTPCore
import HTTPTypes
import HTTPWire

/// Types of frames (RFC 9113 §6).
enum FrameType: UInt8 {
    case data, headers, priority, reset, settings, push, ping, goAway, windowUpdate, continuation
    case priorityUpdate = 16
}

/// A frame as bytes.
func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
    let length = UInt32(payload.count)
    return [UInt8(length >> 16), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags] + number(stream)
        + payload
}

func frame(_ type: FrameType, _ flags: UInt8 = 0, _ stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
    frame(type.rawValue, flags, stream, payload)
}

/// Four bytes, most significant first.
func number(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
}

let endStream: UInt8 = 1
let endHeaders: UInt8 = 4

/// Fields as literals without indexing (RFC 7541 §6.2.2), each string shorter than 127 bytes.
func section(_ fields: [(String, String)]) -> [UInt8] {
    fields.flatMap { name, value in
        [0, UInt8(name.utf8.count)] + name.utf8 + [UInt8(value.utf8.count)] + value.utf8
    }
}

/// The fields of a request, with others behind them.
func fields(
    _ method: String = "GET", _ path: String = "/", authority: String = "localhost",
    _ more: [(String, String)] = []
) -> [(String, String)] {
    [(":method", method), (":scheme", "https"), (":authority", authority), (":path", path)] + more
}

func fields(_ method: String, _ more: [(String, String)]) -> [(String, String)] { fields(method, "/", more) }

func fields(_ more: [(String, String)]) -> [(String, String)] { fields("GET", "/", more) }

/// A request without content.
func request(_ stream: UInt32, _ fields: [(String, String)] = fields()) -> [UInt8] {
    frame(.headers, endStream | endHeaders, stream, section(fields))
}

/// The head of a request whose content follows.
func opening(_ stream: UInt32, _ fields: [(String, String)]) -> [UInt8] {
    frame(.headers, endHeaders, stream, section(fields))
}

/// A connection under test, fed as a client would.
final class HTTP2Link {
    let connection: HTTP2Connection
    private var now: UInt64 = 1
    /// What has come back.
    private(set) var output: [UInt8] = []
    private(set) var streams: [Int32: HTTP2Stream] = [:]
    /// What happened, in words.
    private(set) var log: [String] = []
    private(set) var heads: [ParsedHead] = []

    /// A connection that has seen the client's preface.
    init(_ limits: HTTP2Limits = HTTP2Limits(), head: HTTPLimits = HTTPLimits(), hello: Bool = true) throws {
        connection = HTTP2Connection(limits: limits, head: head, isSecure: true)
        if hello { try feed(HTTP2Connection.preface + frame(.settings) + frame(.settings, 1)) }
    }

    /// Feeds bytes, in pieces of that size, and notes what happens.
    func feed(_ bytes: [UInt8], by size: Int = .max) throws(HTTP2Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            defer { drain() }
            try connection.receive(piece.span, at: now)
        }
    }

    /// Lets time pass, in seconds.
    func wait(_ seconds: UInt64) { now += seconds * 1_000_000_000 }

    /// Collects output and events until there are no more.
    func drain() {
        while true {
            connection.appendOutput(to: &output, upTo: .max)
            guard let event = connection.nextEvent() else { return }
            note(event)
        }
    }

    private func note(_ event: HTTP2Event) {
        switch event {
        case .request(let stream, let head):
            streams[stream.id] = stream
            heads.append(head)
            log.append("request \(stream.id) \(ParsedRequest.Head(head))")
        case .refused(let stream, let failure):
            streams[stream.id] = stream
            log.append("refused \(stream.id) \(failure.status.code)")
        case .received(let stream): log.append("received \(stream.id)")
        case .drained(let stream): log.append("drained \(stream.id)")
        case .answeredEarly(let stream): log.append("answered early \(stream.id)")
        case .closed(let stream): log.append("closed \(stream.id)")
        case .malformed(let stream, let reason): log.append("malformed \(stream.id): \(reason)")
        }
    }

    /// Answers a stream.
    func respond(
        _ id: Int32 = 1, _ status: HTTPResponse.Status = .ok, _ fields: HTTPFields = [:],
        _ content: [UInt8] = [],
        isComplete: Bool = true, isHEAD: Bool = false, drains: Bool = true
    ) throws {
        guard let stream = streams[id] else { return }
        let length: ResponseContent = isComplete ? .length(UInt64(content.count)) : .stream
        _ = try connection.respond(
            to: stream,
            { block throws(ResponseFailure) in
                try ResponseEncoder.appendHead(
                    status, fields, content: length,
                    context: ResponseContext(version: .http2, isHEAD: isHEAD),
                    server: ServerFields(date: HTTPDate(secondsSinceEpoch: 1_795_219_200), server: nil),
                    to: &block)
            }, content: content, isComplete: isComplete)
        if drains { drain() }
    }

    /// The frames that came back since the connection's own SETTINGS, as `type flags stream` and what they carry.
    var frames: [SentFrame] {
        var found: [SentFrame] = []
        var rest = output[...]
        while rest.count >= 9 {
            let start = rest.startIndex
            let length = Int(rest[start]) << 16 | Int(rest[start + 1]) << 8 | Int(rest[start + 2])
            let stream = rest[(start + 5)..<(start + 9)].reduce(0) { $0 << 8 | UInt32($1) }
            found.append(
                SentFrame(
                    type: rest[start + 3], flags: rest[start + 4], stream: stream,
                    payload: Array(rest[(start + 9)..<(start + 9 + length)])))
            rest = rest.dropFirst(9 + length)
        }
        return found
    }

    func frames(_ type: FrameType) -> [SentFrame] { frames.filter { $0.type == type.rawValue } }

    /// The error code of the GOAWAY that came back; nil without one.
    var goAway: UInt32? { frames(.goAway).last?.number(at: 4) }

    /// The error code with which a stream was reset.
    func reset(_ stream: UInt32 = 1) -> UInt32? {
        frames(.reset).first { $0.stream == stream }?.number(at: 0)
    }

    /// The content that came back on a stream.
    func content(_ stream: UInt32 = 1) -> [UInt8] {
        frames(.data).filter { $0.stream == stream }.flatMap(\.payload)
    }
}

/// A frame that the connection sent.
struct SentFrame: Equatable {
    let type: UInt8
    let flags: UInt8
    let stream: UInt32
    let payload: [UInt8]

    func number(at offset: Int) -> UInt32? {
        guard payload.count >= offset + 4 else { return nil }
        return payload[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
