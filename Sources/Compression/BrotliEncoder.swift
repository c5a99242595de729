// The coding br by libbrotlienc. Owns its state.

import CBrotli

/// Encodes at a quality and with a window that suit what is made while the client waits.
@safe
final class BrotliEncoder: ContentEncoder {
    private static let quality: UInt32 = 5
    /// The window's size in bits: 512 KiB. The default, 4 MiB, is for contents that are kept.
    private static let windowBits: UInt32 = 19

    private let state: OpaquePointer

    init() {
        guard let state = unsafe BrotliEncoderCreateInstance(nil, nil, nil) else { fatalError("no memory") }
        unsafe self.state = state
        _ = unsafe BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, Self.quality)
        _ = unsafe BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, Self.windowBits)
    }

    deinit { unsafe BrotliEncoderDestroyInstance(state) }

    func encode(_ content: [UInt8]) -> [UInt8] { run(content, BROTLI_OPERATION_PROCESS) }

    func flush() -> [UInt8] { run([], BROTLI_OPERATION_FLUSH) }

    func finish() -> [UInt8] { run([], BROTLI_OPERATION_FINISH) }

    private func run(_ content: [UInt8], _ operation: BrotliEncoderOperation) -> [UInt8] {
        var output: [UInt8] = []
        unsafe content.withUnsafeBufferPointer { bytes in
            var next = bytes.baseAddress
            var (left, room) = (bytes.count, 0)
            repeat {
                let result = unsafe BrotliEncoderCompressStream(
                    state, operation, &left, &next, &room, nil, nil)
                precondition(result == BROTLI_TRUE, "BrotliEncoderCompressStream failed")
                takeOutput(&output)
            } while unsafe left > 0 || BrotliEncoderHasMoreOutput(state) == BROTLI_TRUE
        }
        return output
    }

    private func takeOutput(_ output: inout [UInt8]) {
        var count = 0
        if let bytes = unsafe BrotliEncoderTakeOutput(state, &count) {
            unsafe output.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        }
    }
}
