// How a part of a file gets into memory on a thread that may not block.

import Files
import Threads

extension Worker {
    /// Reads what is in the page cache at once, and the rest where blocking is allowed.
    ///
    /// - Returns: how many bytes were read, at most `count`; 0 at the end of the file.
    func read(
        _ file: OpenFile, at offset: UInt64, _ count: Int, into chunk: inout [UInt8]
    ) async throws -> Int {
        var span = chunk.mutableSpan
        var part = span._mutatingExtracting(0..<count)
        if let got = try file.read(into: &part, at: offset) { return got }
        let bytes = try await blocking.run { try file.readBlocking(count: count, at: offset) }
        chunk.replaceSubrange(0..<bytes.count, with: bytes)
        return bytes.count
    }
}
