// Owns the search for a delimiter in data that comes in pieces of any size. It takes linear time whatever the data
// is: the delimiter has one CR, its first byte, so that a mismatch never has to go back.

/// Finds CRLF, two dashes and a boundary.
struct DelimiterSearch: Sendable {
    /// What the bytes that it was given are.
    enum Finding {
        /// All of them may be the beginning of a delimiter.
        case undecided
        /// The first so many are data.
        case data(Int)
        /// What `undecided` was said of is data; none of these bytes is taken.
        case held(ArraySlice<UInt8>)
        /// The first so many complete a delimiter.
        case delimiter(Int)
    }

    private let delimiter: [UInt8]
    /// How much of the delimiter the bytes before ended with.
    private var matched = 0
    /// How much of what matched never came: the CRLF in front of a first line.
    private var imagined = 0

    init(boundary: String) { delimiter = Array("\r\n--\(boundary)".utf8) }

    /// Takes what comes next as the beginning of a line.
    mutating func beginLine() {
        matched = 2
        imagined = 2
    }

    /// Looks at the next bytes, at least one.
    mutating func next(_ input: Span<UInt8>) -> Finding {
        if matched > 0 {
            if let finding = resume(input) { return finding }
            let held = delimiter[imagined..<matched]
            forget()
            if !held.isEmpty { return .held(held) }
        }
        var start = input.firstIndex(of: UInt8(ascii: "\r"), from: 0)
        while start < input.count {
            let length = self.length(in: input, at: start)
            if length == delimiter.count || start + length == input.count { break }
            start = input.firstIndex(of: UInt8(ascii: "\r"), from: start + length)
        }
        return start > 0 ? .data(start) : resume(input) ?? .undecided
    }

    /// Goes on with the delimiter that began before or begins here; nil if this is none.
    private mutating func resume(_ input: Span<UInt8>) -> Finding? {
        let length = self.length(in: input, at: 0)
        if matched + length == delimiter.count {
            forget()
            return .delimiter(length)
        }
        guard length == input.count else { return nil }
        matched += length
        return .undecided
    }

    private mutating func forget() {
        matched = 0
        imagined = 0
    }

    /// How many bytes at `start` go on with what matched of the delimiter.
    private func length(in input: Span<UInt8>, at start: Int) -> Int {
        var length = 0
        while matched + length < delimiter.count, start + length < input.count,
            input[start + length] == delimiter[matched + length]
        {
            length += 1
        }
        return length
    }
}
