// Owns the loops over many bytes, in blocks of sixteen without a branch, which the compiler makes one vector
// each.
import HTTPCore

extension Span<UInt8> {
    /// The offset of the first control character but the tab at or after `start`; `count` if there is none.
    func firstControl(from start: Int) -> Int {
        var index = start
        while index &+ 16 <= count {
            let block = extracting(index..<(index &+ 16))
            var found: UInt8 = 0
            for offset in 0..<16 {
                let byte = block[offset]
                found |= (byte < 0x20 ? 1 : 0) | (byte == 0x7F ? 1 : 0)
            }
            if found != 0 {
                // The block may hold tabs only.
                for offset in 0..<16 where FieldSyntax.isControl(block[offset]) { return index &+ offset }
            }
            index &+= 16
        }
        while index < count, !FieldSyntax.isControl(self[index]) { index &+= 1 }
        return index
    }

    /// Whether the bytes are the same as `other`.
    func isEqual(_ other: Span<UInt8>) -> Bool {
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

    /// Whether the bytes are `text`, which is in lower case, but for the case of letters.
    func equalsIgnoringCase(_ text: String) -> Bool {
        let other = text.utf8.span
        guard count == other.count else { return false }
        for index in indices where self[index].lowercasedASCII != other[index] { return false }
        return true
    }
}
