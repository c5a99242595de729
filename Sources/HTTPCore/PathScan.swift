// Owns one look at a raw path, which tells whether it is normal already, and the normalising of one that is
// not.

/// What one pass over the bytes of a path and query found.
struct PathScan {
    /// Where the path lies; a `?` or the end follows.
    let range: Range<Int>
    /// Whether decoding and normalising would change nothing.
    let isNormal: Bool

    /// Looks at `bytes` from `start` to the end and checks every character.
    init(_ bytes: Span<UInt8>, from start: Int) throws(HTTPSyntaxError) {
        var index = start
        var isNormal = true
        var previous: UInt8 = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: "?") {
            let byte = bytes[index]
            guard ByteSet.path.contains(byte) || byte >= 0x80 else {
                throw HTTPSyntaxError(
                    .invalidTarget, context: "the path has a character that a URI may not have")
            }
            // A dot after a slash may only be a hidden file; the slow way then finds that nothing changes.
            if byte == UInt8(ascii: "%") || previous == UInt8(ascii: "/") && (byte == 0x2E || byte == 0x2F) {
                isNormal = false
            }
            previous = byte
            index += 1
        }
        self.range = start..<index
        self.isNormal = isNormal
        while index < bytes.count {
            guard ByteSet.query.contains(bytes[index]) || bytes[index] >= 0x80 else {
                throw HTTPSyntaxError(
                    .invalidTarget, context: "the query has a character that a URI may not have")
            }
            index += 1
        }
    }

    /// The path decoded once, without empty segments and dot segments (RFC 3986 §5.2.4).
    static func normalise(_ raw: Span<UInt8>) throws(HTTPSyntaxError) -> [UInt8] {
        let decoded = try decode(raw)
        var output: [UInt8] = []
        output.reserveCapacity(decoded.count)
        var start = 0
        var isFolder = true
        while start < decoded.count {
            let end = decoded[start...].firstIndex(of: UInt8(ascii: "/")) ?? decoded.count
            isFolder = append(decoded[start..<end], to: &output)
            start = end + 1
        }
        if isFolder || decoded.last == UInt8(ascii: "/") { output.append(UInt8(ascii: "/")) }
        return output
    }

    private static func decode(_ raw: Span<UInt8>) throws(HTTPSyntaxError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            var byte = raw[index]
            if byte == UInt8(ascii: "%") {
                guard let decoded = PercentEncoding.byte(in: raw, at: index) else {
                    throw HTTPSyntaxError(
                        .invalidPercentEncoding, context: "a % in the path lacks two digits")
                }
                guard decoded != 0 else { throw HTTPSyntaxError(.nulInPath, context: "the path has a NUL") }
                byte = decoded
                index += 2
            }
            output.append(byte)
            index += 1
        }
        return output
    }

    /// Appends one segment with a slash before it, or does what a dot segment asks; true if the path so far
    /// is a folder's by its last segment.
    private static func append(_ segment: ArraySlice<UInt8>, to output: inout [UInt8]) -> Bool {
        let dot = UInt8(ascii: ".")
        if segment.isEmpty || segment.elementsEqual(CollectionOfOne(dot)) { return true }
        if segment.count == 2, segment.allSatisfy({ $0 == dot }) {
            if let slash = output.lastIndex(of: UInt8(ascii: "/")) { output.removeSubrange(slash...) }
            return true
        }
        output.append(UInt8(ascii: "/"))
        output.append(contentsOf: segment)
        return false
    }
}
