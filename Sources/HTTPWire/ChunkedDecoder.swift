// Owns the chunked coding (RFC 9112 §7.1), one byte of framing at a time; sizes, extensions and trailers are
// bounded.
import HTTPCore
import HTTPTypes

/// Finds the data of chunks.
struct ChunkedDecoder: Sendable {
    private enum State {
        case size(ChunkLine)
        case data(UInt64)
        case afterData, afterDataCR
        case trailers
    }

    /// Bytes of chunk extensions that one message may have in all; they are read and dropped.
    private static let extensionLimit = 16 << 10

    private let limits: HTTPLimits
    private var state = State.size(ChunkLine())
    private var extensionBytes = 0
    private var trailers: [UInt8] = []

    init(limits: HTTPLimits) { self.limits = limits }

    mutating func next(_ input: Span<UInt8>) throws(RequestFailure) -> BodyEvent {
        var index = 0
        while index < input.count {
            if case .data(let remaining) = state {
                let count = Int(min(UInt64(input.count - index), remaining))
                state = remaining > UInt64(count) ? .data(remaining - UInt64(count)) : .afterData
                return .data(index..<(index + count))
            }
            let byte = input[index]
            index += 1
            if try take(byte) { return .end(trailers: try trailerFields(), consumed: index) }
        }
        return .needMore(consumed: index)
    }

    /// Takes one byte of framing; true if the message ends with it.
    private mutating func take(_ byte: UInt8) throws(RequestFailure) -> Bool {
        switch state {
        case .size(var line):
            let isComplete = try line.take(byte)
            if line.isExtension { extensionBytes += 1 }
            guard extensionBytes <= Self.extensionLimit else { throw RequestFailure(.invalidChunk) }
            guard isComplete else {
                state = .size(line)
                return false
            }
            state = line.size == 0 ? .trailers : .data(line.size)
        case .afterData:
            guard byte == UInt8(ascii: "\r") else { throw RequestFailure(.invalidChunk) }
            state = .afterDataCR
        case .afterDataCR:
            guard byte == UInt8(ascii: "\n") else { throw RequestFailure(.invalidChunk) }
            state = .size(ChunkLine())
        case .trailers: return try takeTrailer(byte)
        case .data: break
        }
        return false
    }

    /// Collects the trailer section; true once its empty line is there.
    private mutating func takeTrailer(_ byte: UInt8) throws(RequestFailure) -> Bool {
        trailers.append(byte)
        guard trailers.count <= limits.headerBytes else { throw RequestFailure(.trailersTooLarge) }
        guard byte == UInt8(ascii: "\n") else {
            // A CR that no LF follows would otherwise wait for one for ever.
            guard trailers.count < 2 || trailers[trailers.count - 2] != UInt8(ascii: "\r") else {
                throw RequestFailure(.bareLineEnding)
            }
            return false
        }
        guard trailers.count >= 2, trailers[trailers.count - 2] == UInt8(ascii: "\r") else {
            throw RequestFailure(.bareLineEnding)
        }
        return trailers.count == 2 || trailers[trailers.count - 3] == UInt8(ascii: "\n")
    }

    private func trailerFields() throws(RequestFailure) -> HTTPFields {
        var fields = HTTPFields()
        let bytes = trailers.span
        var index = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: "\r") {
            guard let line = try FieldLine(bytes, at: index) else { throw RequestFailure(.invalidTrailer) }
            guard fields.count < limits.fieldCount else { throw RequestFailure(.tooManyFields) }
            let known = try KnownLine(bytes, line)
            guard known.name.role == .ordinary else { throw RequestFailure(.invalidTrailer) }
            fields.append(known.field)
            index = line.end
        }
        return fields
    }
}
