// Owns the search for one byte in many, in blocks of 32 without a branch, which the compiler makes vectors.

extension Span<UInt8> {
    /// The offset of the first `byte` at or after `start`; `count` if there is none.
    package func firstIndex(of byte: UInt8, from start: Int) -> Int {
        guard start < count, self[start] != byte else { return start }
        var index = start
        while index &+ 32 <= count, !extracting(index..<(index &+ 32)).hasInBlock(byte) { index &+= 32 }
        while index < count, self[index] != byte { index &+= 1 }
        return index
    }

    /// Whether `byte` is among the first 32.
    @inline(__always)
    private func hasInBlock(_ byte: UInt8) -> Bool {
        var found: UInt8 = 0
        for offset in 0..<32 { found |= self[offset] == byte ? 1 : 0 }
        return found != 0
    }
}
