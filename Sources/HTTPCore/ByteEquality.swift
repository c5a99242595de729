// Owns the comparison of many bytes, in blocks of sixteen without a branch, which the compiler makes one vector each.

extension Span<UInt8> {
    /// Whether the bytes are the same as `other`.
    @inlinable
    package func isEqual(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var index = 0
        while index &+ 16 <= count {
            let one = extracting(index..<(index &+ 16))
            let two = other.extracting(index..<(index &+ 16))
            var difference: UInt8 = 0
            for offset in 0..<16 { difference |= one[offset] ^ two[offset] }
            if difference != 0 { return false }
            index &+= 16
        }
        while index < count {
            if self[index] != other[index] { return false }
            index &+= 1
        }
        return true
    }
}
