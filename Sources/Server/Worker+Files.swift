// How a part of a file gets into memory on a thread that may not block.

import Files
import HandlerKit
import Threads

extension Worker {
    /// Reads the next bytes of a region, as many as the chunk holds, and takes them off the region: what is in the page
    /// cache at once, the rest where blocking is allowed.
    ///
    /// - Returns: how many bytes were read, at least one of a region that is not empty.
    /// - Throws: also when the file was written to since it was opened: what was sent of it would not belong to the rest.
    func readNext(of region: inout FileRegion, into chunk: inout [UInt8]) async throws -> Int {
        let count = Int(min(UInt64(chunk.count), region.length))
        let got = try await read(region.file, at: region.offset, count, into: &chunk)
        try region.take(got)
        return got
    }

    private func read(
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
