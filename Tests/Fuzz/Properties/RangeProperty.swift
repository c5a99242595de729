// RFC 9110 §14: ranges.
import HTTPCore

extension FuzzTarget {
    /// The input is a size in eight bytes, then the value of a Range field.
    static let range = FuzzTarget("range") { input in
        let size = input.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let value = String(decoding: input.dropFirst(8), as: UTF8.self)
        for size in [size, size & 0xFFFF, 0] {
            let ranges = ByteRangeRequest(value, size: size, limit: 5)
            let parts: [Range<UInt64>]
            switch ranges {
            case .whole, .unsatisfiable: continue
            case .part(let part): parts = [part]
            case .parts(let several):
                parts = several
                try require((2...5).contains(parts.count), "the limit of parts")
            }
            try require(parts.allSatisfy { !$0.isEmpty && $0.upperBound <= size }, "\(parts) of \(size)")
            let sorted = parts.sorted { $0.lowerBound < $1.lowerBound }
            let overlap = zip(sorted, sorted.dropFirst()).contains { $0.overlaps($1) }
            try require(!overlap, "\(parts) overlap")
            let again =
                "bytes=" + parts.map { "\($0.lowerBound)-\($0.upperBound - 1)" }.joined(separator: ",")
            try require(ByteRangeRequest(again, size: size, limit: 5), equals: ranges, "ranges, read again")
        }
    }
}
