// Owns the character classes of RFC 9110, RFC 3986 as sets of ASCII bytes: membership is two shifts, no
// table.

/// A set of ASCII bytes; a byte above 0x7F is in none.
package struct ByteSet: Sendable {
    @usableFromInline let low: UInt64
    @usableFromInline let high: UInt64

    /// Bit `n` of `low` stands for byte `n`, of `high` for byte `64 + n`.
    @inlinable package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// Whether `byte` is in the set.
    @inlinable package func contains(_ byte: UInt8) -> Bool {
        let word = byte & 0x40 == 0 ? low : high
        return byte < 0x80 && (word &>> UInt64(byte & 0x3F)) & 1 == 1
    }

    /// Whether all of `bytes` are in the set; true of none.
    @inlinable package func containsAll(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where !contains(bytes[index]) { return false }
        return true
    }

    /// `tchar` of RFC 9110 §5.6.2.
    @inlinable package static var token: ByteSet {
        ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    }
    /// `unreserved` of RFC 3986 §2.3.
    @inlinable package static var unreserved: ByteSet {
        ByteSet(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }
    /// `reg-name` of RFC 3986 §3.2.2, with `%` for `pct-encoded`.
    @inlinable package static var registeredName: ByteSet {
        ByteSet(low: 0x2BFF_7FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }
    /// `pchar` and `/` of RFC 3986 §3.3, and `[ ] ^ | \`, which clients send as they are.
    @inlinable package static var path: ByteSet {
        ByteSet(low: 0x2FFF_FFF2_0000_0000, high: 0x57FF_FFFE_FFFF_FFFF)
    }
    /// The path's set with `?`, and `` ` { } ``, which the WHATWG URL standard leaves alone in a query.
    @inlinable package static var query: ByteSet {
        ByteSet(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF)
    }
    /// What a path in a `Location` or a link keeps unencoded: no character that HTML, a shell or a header
    /// minds.
    @inlinable package static var unencodedPath: ByteSet {
        ByteSet(low: 0x27FF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF)
    }
    /// What one segment of a relative link keeps unencoded: no `/`, and no `:`, which would make it a scheme.
    @inlinable package static var unencodedSegment: ByteSet {
        ByteSet(low: 0x03FF_7792_0000_0000, high: 0x47FF_FFFE_87FF_FFFF)
    }
    /// All that is visible in ASCII.
    @inlinable package static var unencodedQuery: ByteSet {
        ByteSet(low: 0xFFFF_FFFE_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF)
    }
    /// `bchars` of RFC 2046 §5.1.1.
    @inlinable package static var boundary: ByteSet {
        ByteSet(low: 0xA7FF_FB81_0000_0000, high: 0x07FF_FFFE_87FF_FFFE)
    }
    /// `etagc` of RFC 9110 §8.8.3, without `obs-text`.
    @inlinable package static var entityTag: ByteSet {
        ByteSet(low: 0xFFFF_FFFA_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF)
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit, nil of another byte.
    @inlinable package var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self &- 0x30
        case 0x41...0x46: self &- 0x37
        case 0x61...0x66: self &- 0x57
        default: nil
        }
    }

    /// The value of a decimal digit, nil of another byte.
    @inlinable package var decimalValue: UInt8? { self &- 0x30 < 10 ? self &- 0x30 : nil }

    /// The byte, in lower case if it is an ASCII letter.
    @inlinable package var lowercasedASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
