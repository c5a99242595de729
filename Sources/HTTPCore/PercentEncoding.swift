// Owns percent-encoding (RFC 3986 §2.1) in both directions.

/// Percent-encoding of paths and their segments.
public enum PercentEncoding {
    /// `path` as it may stand in a `Location` field or a link; slashes stay. Any bytes may be encoded.
    public static func encode(path: some Sequence<UInt8>) -> String {
        encode(path, except: .unencodedPath)
    }

    /// `segment` as it may stand in a relative link; slashes and colons are encoded. Any bytes may be
    /// encoded.
    public static func encode(segment: some Sequence<UInt8>) -> String {
        encode(segment, except: .unencodedSegment)
    }

    /// A query that a client sent as it may stand in a `Location` field: what is not ASCII is encoded, the rest stays.
    public static func encode(query: some Sequence<UInt8>) -> String {
        encode(query, except: .unencodedQuery)
    }

    private static func encode(_ bytes: some Sequence<UInt8>, except kept: ByteSet) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.underestimatedCount)
        for byte in bytes {
            if kept.contains(byte) {
                output.append(byte)
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(digit(byte >> 4))
                output.append(digit(byte & 0xF))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }

    /// The byte that the triplet at `index` stands for, nil if there is no valid triplet.
    static func byte(in bytes: Span<UInt8>, at index: Int) -> UInt8? {
        guard index + 2 < bytes.count, let high = bytes[index + 1].hexadecimalValue,
            let low = bytes[index + 2].hexadecimalValue
        else { return nil }
        return high << 4 | low
    }
}
