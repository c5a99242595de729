// A body that is sent at a rate, up to an early end.

import HTTPTypes
import HandlerKit
import Threads

/// How a body is held back.
struct FaultyPace {
    let bytesPerSecond: Int?
    /// After how many bytes it ends, if there are more.
    let end: Int?
    let context: ModuleContext

    /// What writes a body so.
    func writing(_ body: ResponseBody) -> (BodyWriter) async throws -> HTTPFields? {
        { writer in
            let sink = FaultySink(writer, self)
            do {
                let trailers = try await write(body, to: BodyWriter(sink))
                guard !sink.isCut else { throw InjectedFault.truncated }
                return trailers
            } catch  where sink.isCut {
                throw InjectedFault.truncated
            }
        }
    }

    private func write(_ body: ResponseBody, to writer: BodyWriter) async throws -> HTTPFields? {
        if case .stream(_, let write) = body { return try await write(writer) }
        for piece in body.pieces ?? [] {
            switch piece {
            case .bytes(let bytes): try await writer.write(bytes)
            case .file(let region): try await write(region, to: writer)
            }
        }
        return nil
    }

    private static let chunkBytes = 64 * 1024

    private func write(_ region: FileRegion, to writer: BodyWriter) async throws {
        var region = region
        while region.length > 0 {
            let bytes: [UInt8]
            (bytes, region) = try await context.blocking.run { [region] in
                var rest = region
                let bytes = try rest.readBlocking(atMost: Self.chunkBytes)
                return (bytes, rest)
            }
            try await writer.write(bytes)
        }
    }
}

/// Lets bytes through at a rate, up to an end.
private final class FaultySink: BodySink {
    private let writer: BodyWriter
    private let pace: FaultyPace
    /// Bytes of a twentieth of a second, so that they come steadily.
    private let pieceBytes: Int
    private var sent = 0
    private(set) var isCut = false

    init(_ writer: BodyWriter, _ pace: FaultyPace) {
        self.writer = writer
        self.pace = pace
        pieceBytes = pace.bytesPerSecond.map { max(1, $0 / 20) } ?? .max
    }

    func write(_ bytes: [UInt8]) async throws(BodyFailure) {
        // It sends the head ahead.
        guard !bytes.isEmpty else { return try await writer.write(bytes) }
        var rest = bytes[...]
        if let end = pace.end, rest.count > end - sent {
            rest = rest.prefix(end - sent)
            isCut = true
        }
        while !rest.isEmpty {
            let piece = Array(rest.prefix(pieceBytes))
            rest = rest.dropFirst(piece.count)
            try await writer.write(piece)
            sent += piece.count
            guard let rate = pace.bytesPerSecond else { continue }
            try await pace.context.pause(for: .seconds(1) * (Double(piece.count) / Double(rate)))
        }
        if isCut { throw BodyFailure(.disconnected, context: "fault.truncate") }
    }
}
