// The content codings in which the server can send a body.

/// A content coding (RFC 9110 §8.4.1); the raw value is its name in `Content-Encoding` and `Accept-Encoding`.
package enum ContentCoding: String, Sendable, Hashable, CaseIterable {
    /// RFC 7932.
    case brotli = "br"
    /// RFC 8878.
    case zstd
    /// RFC 1952.
    case gzip
    /// RFC 1950: the zlib format around RFC 1951's.
    case deflate

    /// An encoder for one content.
    package func makeEncoder() -> any ContentEncoder {
        switch self {
        case .brotli: BrotliEncoder()
        case .zstd: ZstdEncoder()
        case .gzip: DeflateEncoder(.gzip)
        case .deflate: DeflateEncoder(.zlib)
        }
    }

    /// All of a content at once.
    package func encode(_ content: [UInt8]) -> [UInt8] {
        let encoder = makeEncoder()
        return encoder.encode(content) + encoder.finish()
    }
}

/// Encodes one content, a piece at a time; its memory doesn't grow with the content.
///
/// An encoder that has finished is not to be used again.
package protocol ContentEncoder: AnyObject {
    /// Takes a piece, and gives what of the coding is ready, which may be nothing.
    func encode(_ content: [UInt8]) -> [UInt8]

    /// Gives all that is needed to decode what was taken so far.
    func flush() -> [UInt8]

    /// Gives the rest.
    func finish() -> [UInt8]
}
