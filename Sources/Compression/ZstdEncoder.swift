// The coding zstd by libzstd. Owns its context.

import CZstd

/// Encodes at libzstd's default level, with a window that every browser takes (RFC 9659).
@safe
final class ZstdEncoder: ContentEncoder {
    private static let level: Int32 = 3
    /// The window's size in bits: 512 KiB, as that of ``BrotliEncoder``.
    private static let windowBits: Int32 = 19

    private let context: OpaquePointer
    private var block = [UInt8](repeating: 0, count: 16 * 1024)

    init() {
        guard let context = unsafe ZSTD_createCCtx() else { fatalError("no memory") }
        unsafe self.context = context
        unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Self.level)
        unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, Self.windowBits)
    }

    deinit { unsafe ZSTD_freeCCtx(context) }

    func encode(_ content: [UInt8]) -> [UInt8] { run(content, ZSTD_e_continue) }

    func flush() -> [UInt8] { run([], ZSTD_e_flush) }

    func finish() -> [UInt8] { run([], ZSTD_e_end) }

    private func run(_ content: [UInt8], _ directive: ZSTD_EndDirective) -> [UInt8] {
        var output: [UInt8] = []
        unsafe content.withUnsafeBytes { bytes in
            var input = unsafe ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
            var left = 0
            repeat {
                left = unsafe step(&input, directive, &output)
            } while unsafe input.pos < input.size || directive != ZSTD_e_continue && left > 0
        }
        return output
    }

    /// - Returns: what libzstd still holds of a flush or an end, in bytes.
    private func step(
        _ input: inout ZSTD_inBuffer, _ directive: ZSTD_EndDirective, _ output: inout [UInt8]
    ) -> Int {
        let (left, count) = unsafe block.withUnsafeMutableBytes { block in
            var buffer = unsafe ZSTD_outBuffer(dst: block.baseAddress, size: block.count, pos: 0)
            let left = unsafe ZSTD_compressStream2(context, &buffer, &input, directive)
            precondition(ZSTD_isError(left) == 0, "ZSTD_compressStream2 failed")
            return unsafe (left, buffer.pos)
        }
        output += block[..<count]
        return left
    }
}
