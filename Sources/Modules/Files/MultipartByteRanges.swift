// Several ranges in one answer: multipart/byteranges (RFC 9110 §14.6), with a boundary nobody can guess.

import HTTPCore
import HandlerKit

struct MultipartByteRanges {
    /// The value of `Content-Type`.
    let type: String
    let pieces: [ResponsePiece]

    /// - Parameter type: The content type of the file itself.
    init(_ parts: [Range<UInt64>], of content: FileContent, type: String) {
        // Random, so that a file can't be written to contain it.
        let boundary = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        var pieces: [ResponsePiece] = []
        for (index, part) in parts.enumerated() {
            let head = """
                \(index == 0 ? "" : "\r\n")--\(boundary)\r
                Content-Type: \(type)\r
                Content-Range: \(ByteRangeRequest.contentRange(part, size: content.length))\r
                \r

                """
            pieces.append(.bytes(Array(head.utf8)))
            pieces.append(content.piece(part))
        }
        pieces.append(.bytes(Array("\r\n--\(boundary)--\r\n".utf8)))
        self.pieces = pieces
        self.type = "multipart/byteranges; boundary=\(boundary)"
    }
}
