// Owns a server in small around an HTTP/2 connection: each request is answered, in one of several ways.
import HTTPCore
import HTTPTypes
import HTTPWire

/// A connection whose requests are answered by what their stream's number says.
struct AnsweredConnection {
    private let limits = HTTP2Limits()
    private let connection: HTTP2Connection
    private let server = ServerFields(date: HTTPDate(secondsSinceEpoch: 784_111_777), server: nil)
    private var closed: Set<Int32> = []

    init() { connection = HTTP2Connection(limits: limits, head: HTTPLimits(), isSecure: true) }

    /// Feeds `bytes` in pieces, and sends what there is after each.
    mutating func serve(_ bytes: [UInt8], piece: Int) throws {
        var start = 0
        var hasFailed = false
        while start < bytes.count, !hasFailed, !connection.isFinished {
            let end = min(start + piece, bytes.count)
            do throws(HTTP2Failure) {
                try connection.receive(bytes.span.extracting(start..<end), at: UInt64(start))
            } catch {
                hasFailed = true
            }
            start = end
            try handleEvents()
            try areFrames(output())
            try handleEvents()
            try require(connection.streams.count <= limits.streams, "the limit of streams")
        }
        let rest = connection.abandon()
        try require(rest.count { !$0.isClosed } == 0, "a stream that was abandoned is closed")
    }

    /// Whatever may be sent now, which is less than flow control ever grants to so few bytes.
    private func output() throws(Violation) -> [UInt8] {
        var output: [UInt8] = []
        for _ in 0..<64 {
            let count = output.count
            connection.appendOutput(to: &output, upTo: count + 4_096)
            guard output.count == count else { continue }
            // Whoever sends until there is nothing left would never wait.
            try require(connection.isFinished || !connection.hasOutput, "output that never comes")
            return output
        }
        return output
    }

    private func areFrames(_ output: [UInt8]) throws(Violation) {
        var rest = output[...]
        while !rest.isEmpty {
            let length = rest.prefix(3).reduce(0) { $0 << 8 | Int($1) }
            try require(length <= 16_384, "a frame of \(length) bytes")
            try require(rest.count >= 9 + length, "a frame that is not all there")
            rest = rest.dropFirst(9 + length)
        }
    }

    private mutating func handleEvents() throws {
        while let event = connection.nextEvent() {
            switch event {
            case .request(let stream, let head): try answer(stream, isHEAD: head.request.method == .head)
            case .refused(let stream, let failure):
                try respond(
                    to: stream, failure.status, content: [UInt8](repeating: 0x78, count: 10), isComplete: true
                )
            case .received(let stream):
                if stream.id % 4 == 1 { _ = connection.takeContent(of: stream) }
            case .drained(let stream):
                if stream.sent < 40_000 {
                    connection.append([UInt8](repeating: 0x78, count: 3_000), to: stream)
                } else {
                    connection.finish(stream, trailers: stream.id % 8 == 3 ? [.eTag: "\"x\""] : [:])
                }
            case .answeredEarly(let stream): connection.reset(stream, .noError)
            case .malformed: break
            case .closed(let stream):
                try require(stream.isClosed, "a stream that closed is closed")
                try require(closed.insert(stream.id).inserted, "stream \(stream.id) closed twice")
            }
        }
    }

    private func answer(_ stream: HTTP2Stream, isHEAD: Bool) throws {
        switch stream.id % 16 {
        case 1, 3: try respond(to: stream, .ok, isHEAD: isHEAD, content: [], isComplete: false)
        case 5: connection.reset(stream, .cancel)
        case 7:
            connection.inform(
                stream, HTTPResponse(status: HTTPResponse.Status(code: 103), headerFields: [.vary: "a"]))
            try respond(to: stream, .ok, isHEAD: isHEAD, content: [0x78], isComplete: true)
        case 9: try respond(to: stream, .noContent, content: [], isComplete: true)
        case 11: break
        default:
            try respond(
                to: stream, .ok, isHEAD: isHEAD, content: [UInt8](repeating: 0x78, count: 70_000),
                isComplete: true)
        }
    }

    private func respond(
        to stream: HTTP2Stream, _ status: HTTPResponse.Status, isHEAD: Bool = false, content: [UInt8],
        isComplete: Bool
    ) throws(ResponseFailure) {
        _ = try connection.respond(
            to: stream,
            { block throws(ResponseFailure) in
                try ResponseEncoder.appendHead(
                    status, [.contentType: "text/plain"],
                    content: isComplete ? .length(UInt64(content.count)) : .stream,
                    context: ResponseContext(version: .http2, isHEAD: isHEAD), server: server, to: &block)
            }, content: content, isComplete: isComplete)
    }
}
