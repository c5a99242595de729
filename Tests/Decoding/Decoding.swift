// What the libraries' decoders make of a coding.

import CBrotliDecoder
import CZlib
import CZstd
import Compression

/// The content of a coding that is complete; nil if it isn't, or is broken.
package func decoded(_ coded: [UInt8], _ coding: ContentCoding, capacity: Int = 1 << 20) -> [UInt8]? {
    switch coding {
    case .brotli: decodedBrotli(coded, capacity)
    case .zstd: decodedZstd(coded, capacity)
    case .gzip: inflated(coded, windowBits: 31, capacity)
    case .deflate: inflated(coded, windowBits: 15, capacity)
    }
}

private func decodedBrotli(_ coded: [UInt8], _ capacity: Int) -> [UInt8]? {
    var content = [UInt8](repeating: 0, count: capacity)
    var count = capacity
    let result = unsafe BrotliDecoderDecompress(coded.count, coded, &count, &content)
    return result == BROTLI_DECODER_RESULT_SUCCESS ? Array(content[..<count]) : nil
}

private func decodedZstd(_ coded: [UInt8], _ capacity: Int) -> [UInt8]? {
    var content = [UInt8](repeating: 0, count: capacity)
    let count = unsafe ZSTD_decompress(&content, capacity, coded, coded.count)
    return ZSTD_isError(count) == 0 ? Array(content[..<count]) : nil
}

private func inflated(_ coded: [UInt8], windowBits: Int32, _ capacity: Int) -> [UInt8]? {
    var (coded, content) = (coded, [UInt8](repeating: 0, count: capacity))
    var stream = unsafe z_stream()
    guard unsafe inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { unsafe inflateEnd(&stream) }
    let result = unsafe coded.withUnsafeMutableBufferPointer { coded in
        unsafe content.withUnsafeMutableBufferPointer { content in
            unsafe (stream.next_in, stream.avail_in) = (coded.baseAddress, UInt32(coded.count))
            unsafe (stream.next_out, stream.avail_out) = (content.baseAddress, UInt32(content.count))
            return unsafe inflate(&stream, Z_SYNC_FLUSH)
        }
    }
    let count = unsafe Int(stream.total_out)
    return result == Z_STREAM_END || result == Z_OK ? Array(content[..<count]) : nil
}
