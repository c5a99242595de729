// The codings gzip and deflate by zlib. Owns a z_stream, at an address that stays.

import CZlib

/// Encodes at zlib's default level, in some 256 KiB of memory.
@safe
final class DeflateEncoder: ContentEncoder {
    /// What stands around the data, as deflateInit2 wants it.
    enum Wrapper: Int32 {
        case zlib = 15
        case gzip = 31
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var block = [UInt8](repeating: 0, count: 16 * 1024)

    init(_ wrapper: Wrapper) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe czlib_deflate_init(stream, Z_DEFAULT_COMPRESSION, wrapper.rawValue) == Z_OK else {
            fatalError("no memory")
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    func encode(_ content: [UInt8]) -> [UInt8] { run(content, Z_NO_FLUSH) }

    func flush() -> [UInt8] { run([], Z_SYNC_FLUSH) }

    func finish() -> [UInt8] { run([], Z_FINISH) }

    private func run(_ content: [UInt8], _ flush: Int32) -> [UInt8] {
        var content = content
        var output: [UInt8] = []
        unsafe content.withUnsafeMutableBufferPointer { bytes in
            unsafe stream.pointee.next_in = bytes.baseAddress
            unsafe stream.pointee.avail_in = UInt32(bytes.count)
            // zlib has more to give as long as it fills the block.
            repeat { output += step(flush) } while unsafe stream.pointee.avail_out == 0
        }
        return output
    }

    private func step(_ flush: Int32) -> ArraySlice<UInt8> {
        let count = unsafe block.withUnsafeMutableBufferPointer { block in
            unsafe stream.pointee.next_out = block.baseAddress
            unsafe stream.pointee.avail_out = UInt32(block.count)
            let result = unsafe deflate(stream, flush)
            precondition([Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(result), "deflate: \(result)")
            return unsafe block.count - Int(stream.pointee.avail_out)
        }
        return block[..<count]
    }
}
