// RFC 9110 §14.4: Content-Range, as a client sends it with a part of a file.
import HTTPCore

extension FuzzTarget {
    /// The input is the value of the field; its first bytes are numbers that one is made of, too.
    static let contentRange = FuzzTarget("content-range") { input in
        if let range = ContentRange(String(decoding: input, as: UTF8.self)) {
            try require(ContentRange(text(range)), equals: range, "\(text(range)), read again")
            try require(range.part?.isEmpty != true, "a part of no bytes")
            if let part = range.part, let size = range.size {
                try require(part.upperBound <= size, "a part beyond \(size): \(part)")
            }
        }
        // Sizes of files have 63 bits.
        let numbers = (0..<3).map { number in
            input.dropFirst(number * 8).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } & (1 << 63 - 1)
        }.sorted()
        let (part, size) = (numbers[0]..<numbers[1], numbers[2])
        guard !part.isEmpty else { return }
        let range = ContentRange(ByteRangeRequest.contentRange(part, size: size))
        try require(range?.part, equals: part, "the part of \(numbers)")
        try require(range?.size, equals: size, "the size of \(numbers)")
    }

    private static func text(_ range: ContentRange) -> String {
        let part = range.part.map { "\($0.lowerBound)-\($0.upperBound - 1)" } ?? "*"
        return "bytes \(part)/\(range.size.map { "\($0)" } ?? "*")"
    }
}
