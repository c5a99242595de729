// RFC 9113: the server's side of an HTTP/2 connection.
import HTTPCore
import HTTPTypes
import HTTPWire

extension FuzzTarget {
    /// The input is frames after the client's preface.
    static let http2 = FuzzTarget("http2") { input in
        let preface = HTTP2Connection.preface + [0, 0, 0, 4, 0, 0, 0, 0, 0]
        let heard = preface + untilShutdown(input)
        let whole = HeardConnection(heard, ends: [heard.count])
        for split in splits(heard) {
            try require(
                HeardConnection(heard, ends: [split, heard.count]), means: whole,
                "frames that are split at \(split)")
        }
        try require(
            HeardConnection(heard, ends: 0...heard.count), means: whole, "frames that come byte by byte")
        let bytes = preface + input
        for piece in [bytes.count, 17] {
            var connection = AnsweredConnection()
            try connection.serve(bytes, piece: piece)
        }
    }

    /// The frames up to a GOAWAY. Once nghttp2 has one and no stream is open, it takes the connection to be over, but
    /// still reads what came together with it.
    private static func untilShutdown(_ frames: [UInt8]) -> ArraySlice<UInt8> {
        var rest = frames[...]
        while rest.count >= 9 {
            let length = rest.prefix(3).reduce(0) { $0 << 8 | Int($1) }
            let isShutdown = rest[rest.startIndex + 3] == 7
            rest = rest.dropFirst(9 + length)
            if isShutdown { break }
        }
        return frames[..<(rest.count < 9 ? frames.count : rest.startIndex)]
    }

    private static func require(
        _ pieces: HeardConnection, means whole: HeardConnection, _ rule: String
    ) throws(Violation) {
        try FuzzProperties.require(pieces.failure, equals: whole.failure, "the failure of \(rule)")
        // What came before a failure is told up to the piece that has it.
        if whole.failure == nil { try FuzzProperties.require(pieces, equals: whole, rule) }
    }
}

/// What a connection that nothing is sent on says of its streams.
private struct HeardConnection: Equatable {
    struct Stream: Equatable {
        var head: ParsedRequest.Head?
        var refusal: RequestFailure?
        var malformed: [String] = []
        var content: [UInt8] = []
        var trailers: HTTPFields?
        var isEnded = false
        var isClosed = false
    }

    var streams: [Int32: Stream] = [:]
    var failure: HTTP2Failure.Code?

    init(_ bytes: [UInt8], ends: some Sequence<Int>) {
        let connection = HTTP2Connection(limits: HTTP2Limits(), head: HTTPLimits(), isSecure: true)
        var start = 0
        do throws(HTTP2Failure) {
            for end in ends {
                try connection.receive(bytes.span.extracting(start..<end), at: 0)
                start = end
                while let event = connection.nextEvent() { take(event) }
            }
        } catch {
            failure = error.code
            return
        }
        for stream in connection.streams { note(stream, connection.takeContent(of: stream)) }
    }

    private mutating func take(_ event: HTTP2Event) {
        switch event {
        case .request(let stream, let head):
            streams[stream.id, default: Stream()].head = ParsedRequest.Head(head)
        case .refused(let stream, let failure): streams[stream.id, default: Stream()].refusal = failure
        case .malformed(let stream, let reason):
            streams[stream.id, default: Stream()].malformed.append(reason)
        case .closed(let stream): streams[stream.id, default: Stream()].isClosed = true
        case .received, .drained, .answeredEarly: break
        }
    }

    private mutating func note(_ stream: HTTP2Stream, _ content: [UInt8]) {
        // Of what goes too far nobody reads any part.
        if streams[stream.id]?.malformed.isEmpty ?? true {
            streams[stream.id, default: Stream()].content = content
        }
        streams[stream.id, default: Stream()].trailers = stream.trailers
        streams[stream.id, default: Stream()].isEnded = stream.isEnded
    }
}
