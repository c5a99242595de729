// Owns the search for control characters, in blocks of sixteen bytes without a branch, which the compiler makes vectors.
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

    /// Whether the bytes are `text`, which is in lower case, but for the case of letters.
    func equalsIgnoringCase(_ text: String) -> Bool {
        let other = text.utf8.span
        guard count == other.count else { return false }
        for index in indices where self[index].lowercasedASCII != other[index] { return false }
        return true
    }
}
