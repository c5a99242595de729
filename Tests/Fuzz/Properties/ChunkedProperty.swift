// RFC 9112 §7.1: the decoder of chunks.
import HTTPCore
import HTTPTypes
import HTTPWire

extension FuzzTarget {
    /// The input is chunks, then data to be sent in chunks.
    static let chunked = FuzzTarget("chunked") { input in
        for limits in [HTTPLimits(), HTTPLimits(headerBytes: 24, fieldCount: 2)] {
            let whole = DecodedContent(.chunked, input, piece: max(input.count, 1), limits: limits)
            for piece in [1, 2, 3, 7] {
                let pieces = DecodedContent(.chunked, input, piece: piece, limits: limits)
                try require(pieces.data, equals: whole.data, "the data of pieces of \(piece)")
                try require(pieces.failure, equals: whole.failure, "the failure of pieces of \(piece)")
                guard whole.failure == nil else { continue }
                try require(pieces, equals: whole, "pieces of \(piece)")
            }
        }
        try decodesItsOwn(input)
    }

    private static func decodesItsOwn(_ data: [UInt8]) throws(Violation) {
        var encoded: [UInt8] = []
        var rest = data[...]
        while let first = rest.first {
            let chunk = rest.prefix(max(1, Int(first)))
            ResponseEncoder.appendChunkHeader(chunk.count, to: &encoded)
            encoded += chunk
            ResponseEncoder.appendChunkEnd(to: &encoded)
            rest = rest.dropFirst(chunk.count)
        }
        ResponseEncoder.appendLastChunk(to: &encoded)
        let decoded = DecodedContent(.chunked, encoded, piece: encoded.count)
        try require(decoded.data, equals: data, "data that the server's own encoder sent")
        try require(
            decoded.trailers == [:] && decoded.consumed == encoded.count, "the end of the server's own chunks"
        )
    }
}
