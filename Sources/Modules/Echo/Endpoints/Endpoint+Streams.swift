// Answers that are late, long or in pieces. Each is bounded, and ends when its client is gone.

import HTTPCore
import HTTPTypes
import HandlerKit

extension EndpointCall {
    private static let longestDelay = 10.0
    private static let longestStream = 60.0
    private static let mostBytes = 100 << 10

    /// The request, some time later.
    func delay() async throws -> Response {
        try await context.sleep(Self.seconds(try argument, most: Self.longestDelay))
        return try await withBody(.delayed)
    }

    /// `*`, again and again.
    func drip() async throws -> Response {
        let duration = try seconds("duration", default: 2, most: Self.longestStream)
        let count = try number("numbytes", default: 10, most: 10 << 20)
        let status = try number("code", default: 200, most: 599)
        guard count > 0 else { throw HandlerFailure(.badRequest, "number of bytes must be positive") }
        guard status >= 200 else { throw HandlerFailure(.badRequest, "\(status) is no status.") }
        try await context.sleep(try seconds("delay", default: 0, most: Self.longestDelay))
        // A timer for each of millions would do nothing else.
        let ticks = max(1, min(count, Int(duration / .milliseconds(10))))
        let sleep = context.sleep
        let body = ResponseBody.stream(length: UInt64(count)) { writer in
            for tick in 0..<ticks {
                let share = count * (tick + 1) / ticks - count * tick / ticks
                try await writer.write([UInt8](repeating: UInt8(ascii: "*"), count: share))
                try await sleep(duration / ticks)
            }
            return nil
        }
        return Response(HTTPResponse.Status(code: status), fields: Self.binary, body: body)
    }

    /// The request in lines of JSON with a number each.
    func lines() throws -> Response {
        let count = try count(most: 100)
        let members = RequestReport(self).members(.get)
        let body = ResponseBody.stream(length: nil) { writer in
            for id in 0..<count {
                let line = JSONValue.object(members + [JSONValue.Member(name: "id", value: .integer(id))])
                try await writer.write(line.line + "\n")
            }
            return nil
        }
        return Response(fields: [.contentType: "application/json"], body: body)
    }

    /// Random bytes, which a seed makes the same ones each time.
    func bytes() throws -> Response {
        let count = try count(most: Self.mostBytes)
        return Response(fields: Self.binary, body: .bytes(try RandomBytes(seed: seed()).next(count)))
    }

    /// The same in chunks.
    func chunkedBytes() throws -> Response {
        let count = try count(most: Self.mostBytes)
        let chunk = max(1, try number("chunk_size", default: 10 << 10, most: Self.mostBytes))
        let bytes = try RandomBytes(seed: seed()).next(count)
        let body = ResponseBody.stream(length: nil) { writer in
            for start in stride(from: 0, to: count, by: chunk) {
                try await writer.write(Array(bytes[start..<min(start + chunk, count)]))
            }
            return nil
        }
        return Response(fields: Self.binary, body: body)
    }

    private func seed() throws(HandlerFailure) -> UInt64? {
        guard let text = query["seed"] else { return nil }
        guard let seed = Int64(text) else { throw HandlerFailure(.badRequest, "seed is not a number.") }
        return UInt64(bitPattern: seed)
    }

    /// Events (the HTML standard, "Server-sent events"): their number and the time in milliseconds since 1970.
    func events() async throws -> Response {
        let count = try number("count", default: 10, most: 1_000)
        let duration = try seconds("duration", default: 5, most: Self.longestStream)
        let delay = try seconds("delay", default: 0, most: Self.longestDelay)
        guard count > 0 else { throw HandlerFailure(.badRequest, "count must be positive") }
        let (now, sleep) = (context.now, context.sleep)
        let body = ResponseBody.stream(length: nil) { writer in
            try await sleep(delay)
            for id in 0..<count {
                if id > 0 { try await sleep(duration / count) }
                let time = now()
                let milliseconds = time.seconds * 1_000 + Int64(time.nanoseconds) / 1_000_000
                try await writer.write("event: ping\ndata: {\"id\":\(id),\"timestamp\":\(milliseconds)}\n\n")
            }
            return nil
        }
        return Response(
            fields: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"], body: body)
    }

    private static let binary: ResponseFields = [
        .contentType: "application/octet-stream", .xContentTypeOptions: "nosniff",
    ]
}

/// Bytes that follow from a seed, by SplitMix64.
private struct RandomBytes {
    private var state: UInt64

    init(seed: UInt64?) { state = seed ?? .random(in: 0 ... .max) }

    func next(_ count: Int) -> [UInt8] {
        var copy = self
        return (0..<count).map { _ in copy.byte() }
    }

    private mutating func byte() -> UInt8 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return UInt8(truncatingIfNeeded: word ^ word >> 31)
    }
}
