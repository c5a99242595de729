// Owns byte ranges (RFC 9110 §14): a Range field is either resolved against a size or, if malformed, ignored.

/// What a Range field asks of a representation whose size is known.
public enum ByteRangeRequest: Sendable, Hashable {
    /// All of it: there is no Range, it is malformed, or it is not in bytes; answer 200.
    case whole
    /// This part, which is not empty; answer 206.
    case part(Range<UInt64>)
    /// These parts, two at least, none of them empty, in the order of the request; answer 206.
    case parts([Range<UInt64>])
    /// No part of it; answer 416 with `Content-Range: bytes */size`.
    case unsatisfiable

    /// How many parts a request may ask for where the caller names no limit; one that asks for more gets all.
    public static let defaultLimit = 16

    /// Resolves the value of a Range field. Ranges that overlap, or more than `limit`, get the whole (RFC
    /// 9110 §14.2).
    /// - Parameter size: the representation's size in bytes.
    public init(_ value: String?, size: UInt64, limit: Int = defaultLimit) {
        guard let value, let (first, others) = Self.parts(value.utf8.span, of: size, limit: limit) else {
            self = .whole
            return
        }
        switch first {
        case nil: self = .unsatisfiable
        case let first? where others.isEmpty: self = .part(first)
        case let first?: self = Self.overlap([first] + others) ? .whole : .parts([first] + others)
        }
    }

    /// The `Content-Range` of one part.
    public static func contentRange(_ part: Range<UInt64>, size: UInt64) -> String {
        var text: [UInt8] = []
        // The unit, two marks, and three numbers of 20 digits at most.
        text.append(addingCapacity: 68) { text in
            for byte in "bytes ".utf8 { text.append(byte) }
            text.append(decimal: part.lowerBound)
            text.append(UInt8(ascii: "-"))
            text.append(decimal: part.upperBound - 1)
            text.append(UInt8(ascii: "/"))
            text.append(decimal: size)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The `Content-Range` of a 416.
    public static func unsatisfiedContentRange(size: UInt64) -> String { "bytes */\(size)" }

    private static func overlap(_ parts: [Range<UInt64>]) -> Bool {
        let sorted = parts.sorted { $0.lowerBound < $1.lowerBound }
        return zip(sorted, sorted.dropFirst()).contains { $0.upperBound > $1.lowerBound }
    }

    /// What the elements of `bytes=…` (RFC 9110 §14.1.1) mean of a size, without those that mean none of it; nil if one of
    /// them is malformed, or there are none or too many.
    private static func parts(
        _ value: Span<UInt8>, of size: UInt64, limit: Int
    ) -> (first: Range<UInt64>?, others: [Range<UInt64>])? {
        guard let start = ByteRangeSpecifier.startOfSet(value) else { return nil }
        var (first, others): (Range<UInt64>?, [Range<UInt64>]) = (nil, [])
        var (element, count) = (start, 0)
        for index in start...value.count {
            guard index == value.count || value[index] == UInt8(ascii: ",") else { continue }
            let (begin, end) = FieldSyntax.trimmed(value, element..<index)
            element = index + 1
            // An empty element says nothing (RFC 9110 §5.6.1).
            guard begin < end else { continue }
            guard let specifier = ByteRangeSpecifier(value.extracting(begin..<end)) else { return nil }
            count += 1
            guard count <= limit else { return nil }
            guard let part = specifier.resolved(size: size) else { continue }
            if first == nil { first = part } else { others.append(part) }
        }
        return count > 0 ? (first, others) : nil
    }
}

/// One `range-spec`: `first-`, `first-last` or `-suffix`.
private enum ByteRangeSpecifier {
    case from(UInt64)
    case closed(UInt64, UInt64)
    case suffix(UInt64)

    /// Where the set begins behind `bytes=`; nil if the unit is another.
    static func startOfSet(_ value: Span<UInt8>) -> Int? {
        let unit = "bytes=".utf8.span
        guard value.count >= unit.count else { return nil }
        for index in unit.indices where value[index].lowercasedASCII != unit[index] { return nil }
        return unit.count
    }

    init?(_ text: Span<UInt8>) {
        var dash = 0
        while dash < text.count, text[dash] != UInt8(ascii: "-") { dash += 1 }
        guard dash < text.count else { return nil }
        let (first, last) = (text.extracting(..<dash), text.extracting((dash + 1)...))
        switch (Self.number(first), Self.number(last)) {
        case (let first?, let last?):
            guard first <= last else { return nil }
            self = .closed(first, last)
        case (let first?, nil) where last.isEmpty: self = .from(first)
        case (nil, let length?) where first.isEmpty: self = .suffix(length)
        default: return nil
        }
    }

    /// Digits only; a number past the largest counts as the largest.
    private static func number(_ text: Span<UInt8>) -> UInt64? {
        guard !text.isEmpty else { return nil }
        var number: UInt64 = 0
        for index in text.indices {
            guard let digit = text[index].decimalValue else { return nil }
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
            number = overflow || carry || number == .max ? .max : sum
        }
        return number
    }

    /// The bytes it means of `size`, nil if none.
    func resolved(size: UInt64) -> Range<UInt64>? {
        switch self {
        case .from(let first): first < size ? first..<size : nil
        case .closed(let first, let last): first < size ? first..<(min(last, size - 1) + 1) : nil
        case .suffix(let length): length > 0 && size > 0 ? (size - min(length, size))..<size : nil
        }
    }
}
