// Receiving and sending through spans: the form for code that holds no pointers.

import SystemPackage

extension StreamSocket {
    /// Receives into the free part of `output` and appends what came; see `receive(into:)` over raw memory.
    package func receive(into output: inout OutputRawSpan) throws(Errno) -> Progress<Int> {
        unsafe try output.withUnsafeMutableBytes { buffer, initialized throws(Errno) in
            let free = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[initialized...])
            let progress = unsafe try receive(into: free)
            if case .done(let count) = progress { initialized += count }
            return progress
        }
    }

    /// Receives into `bytes` from its beginning.
    package func receive(into bytes: inout MutableSpan<UInt8>) throws(Errno) -> Progress<Int> {
        unsafe try bytes.withUnsafeMutableBytes { buffer throws(Errno) in
            unsafe try receive(into: buffer)
        }
    }

    /// Sends what the kernel takes of `bytes`, which must not be empty.
    package func send(_ bytes: Span<UInt8>) throws(Errno) -> Progress<Int> {
        unsafe try bytes.withUnsafeBytes { buffer throws(Errno) in
            unsafe try send(buffer)
        }
    }

    /// Sends what the kernel takes of `bytes`, which must not be empty.
    package func send(_ bytes: RawSpan) throws(Errno) -> Progress<Int> {
        unsafe try bytes.withUnsafeBytes { buffer throws(Errno) in
            unsafe try send(buffer)
        }
    }
}
