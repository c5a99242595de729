// Bytes that have arrived and are not yet taken: an array with a window that moves to its end.

import Sockets

/// A connection's unread bytes. Holds no memory while there are none.
struct InputBuffer {
    /// The memory; what waits lies in ``window``.
    private(set) var storage: [UInt8] = []
    private var start = 0
    private var end = 0

    /// Whether every byte has been taken.
    var isEmpty: Bool { start == end }
    /// How many bytes wait to be taken.
    var count: Int { end - start }
    /// Whether the buffer has memory.
    var hasStorage: Bool { !storage.isEmpty }

    /// Where the waiting bytes lie in ``storage``.
    var window: Range<Int> { start..<end }

    /// A copy of some of the waiting bytes.
    func copy(_ range: Range<Int>) -> [UInt8] {
        Array(storage[(start + range.lowerBound)..<(start + range.upperBound)])
    }

    /// Takes bytes from the front.
    mutating func consume(_ count: Int) {
        start += count
        precondition(start <= end, "more bytes were taken than there are")
    }

    /// Gives the buffer memory, or makes room in the memory that it has.
    ///
    /// - Parameter pool: where memory comes from when there is none.
    mutating func makeRoom(from pool: inout BufferPool) {
        if storage.isEmpty {
            storage = pool.take()
        } else if start == end {
            start = 0
            end = 0
        } else if end == storage.count {
            makeRoomBehind()
        }
    }

    private mutating func makeRoomBehind() {
        if start > 0 {
            storage.replaceSubrange(0..<count, with: storage[start..<end])
            end -= start
            start = 0
        } else {
            storage.append(contentsOf: repeatElement(0, count: storage.count))
        }
    }

    /// Gives the memory back when nothing waits.
    mutating func release(to pool: inout BufferPool) {
        guard start == end, !storage.isEmpty else { return }
        var taken: [UInt8] = []
        swap(&taken, &storage)
        pool.giveBack(taken)
        start = 0
        end = 0
    }

    /// Reads behind the waiting bytes; there must be room.
    @inline(__always)
    mutating func fill(from transport: Transport) throws(ConnectionFailure) -> Progress<Int> {
        let room = end..<storage.count
        var span = storage.mutableSpan
        var free = span._mutatingExtracting(room)
        let progress = try transport.read(into: &free)
        if case .done(let count) = progress { end += count }
        return progress
    }
}
