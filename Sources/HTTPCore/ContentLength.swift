// Owns the value of Content-Length (RFC 9110 §8.6), whatever the HTTP version.

/// The grammar of Content-Length.
package enum ContentLength {
    /// The number that `value` is: one or more digits and nothing else; nil if it is none, or past 63 bits.
    package static func parse(_ value: Span<UInt8>) -> UInt64? {
        guard !value.isEmpty else { return nil }
        var length: UInt64 = 0
        for index in value.indices {
            guard let digit = value[index].decimalValue,
                length <= (UInt64(Int64.max) - UInt64(digit)) / 10
            else { return nil }
            length = length * 10 + UInt64(digit)
        }
        return length
    }
}
