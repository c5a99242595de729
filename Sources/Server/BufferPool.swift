// Byte arrays that connections borrow while they work, so that an idle one holds none.

/// Spare buffers of one worker.
struct BufferPool {
    /// Large enough for one TLS record (RFC 8446 §5.1) and most requests.
    static let capacity = 16 * 1024
    private static let most = 64
    private var inputs: [[UInt8]] = []
    private var outputs: [[UInt8]] = []
    private var chunks: [[UInt8]] = []

    /// An array of ``capacity`` stale bytes, to be read into.
    mutating func take() -> [UInt8] {
        inputs.popLast() ?? [UInt8](repeating: 0, count: Self.capacity)
    }

    /// Takes an array back that ``take()`` gave; one that has grown goes its way.
    mutating func giveBack(_ buffer: consuming [UInt8]) {
        if buffer.count == Self.capacity, inputs.count < Self.most { inputs.append(buffer) }
    }

    /// An empty array with room, to be appended to.
    mutating func takeOutput() -> [UInt8] {
        if let output = outputs.popLast() { return output }
        var output: [UInt8] = []
        output.reserveCapacity(Self.capacity)
        return output
    }

    /// Takes an array back that ``takeOutput()`` gave; one that has grown large goes its way.
    mutating func giveBackOutput(_ output: consuming [UInt8]) {
        guard output.capacity <= 4 * Self.capacity, outputs.count < Self.most else { return }
        output.removeAll(keepingCapacity: true)
        outputs.append(output)
    }

    /// How much of a file is read at once: enough that the calls cost little beside the bytes.
    static let chunkBytes = 64 * 1024
    private static let mostChunks = 8

    /// An array of ``chunkBytes`` stale bytes.
    mutating func takeChunk() -> [UInt8] {
        chunks.popLast() ?? [UInt8](repeating: 0, count: Self.chunkBytes)
    }

    /// Takes an array back that ``takeChunk()`` gave.
    mutating func giveBackChunk(_ chunk: consuming [UInt8]) {
        if chunk.count == Self.chunkBytes, chunks.count < Self.mostChunks { chunks.append(chunk) }
    }
}
