// Owns byte ranges (RFC 9110 §14): a Range field is either resolved against a size or, if malformed, ignored.

/// What a Range field asks of a representation whose size is known.
public enum ByteRangeRequest: Sendable, Hashable {
    /// All of it: there is no Range, it is malformed, or it is not in bytes; answer 200.
    case whole
    /// These parts, none of them empty, in the order of the request; answer 206.
    case parts([Range<UInt64>])
    /// No part of it; answer 416 with `Content-Range: bytes */size`.
    case unsatisfiable

    /// How many parts a request may ask for where the caller names no limit; one that asks for more gets all.
    public static let defaultLimit = 16

    /// Resolves the value of a Range field. Ranges that overlap, or more than `limit`, get the whole (RFC
    /// 9110 §14.2).
    /// - Parameter size: the representation's size in bytes.
    public init(_ value: String?, size: UInt64, limit: Int = defaultLimit) {
        guard let value, let specifiers = Self.specifiers(value) else {
            self = .whole
            return
        }
        guard specifiers.count <= limit else {
            self = .whole
            return
        }
        let parts = specifiers.compactMap { $0.resolved(size: size) }
        if parts.isEmpty {
            self = .unsatisfiable
        } else {
            self = Self.overlap(parts) ? .whole : .parts(parts)
        }
    }

    /// The `Content-Range` of one part.
    public static func contentRange(_ part: Range<UInt64>, size: UInt64) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(48)
        text.append(ascii: "bytes ")
        text.append(decimal: part.lowerBound)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: part.upperBound - 1)
        text.append(UInt8(ascii: "/"))
        text.append(decimal: size)
        return String(decoding: text, as: UTF8.self)
    }

    /// The `Content-Range` of a 416.
    public static func unsatisfiedContentRange(size: UInt64) -> String { "bytes */\(size)" }

    private static func overlap(_ parts: [Range<UInt64>]) -> Bool {
        let sorted = parts.sorted { $0.lowerBound < $1.lowerBound }
        return zip(sorted, sorted.dropFirst()).contains { $0.upperBound > $1.lowerBound }
    }

    /// The elements of `bytes=…` (RFC 9110 §14.1.1); nil if one of them is malformed or there are none.
    private static func specifiers(_ value: String) -> [ByteRangeSpecifier]? {
        let bytes = value.utf8.span
        guard let start = ByteRangeSpecifier.startOfSet(bytes) else { return nil }
        var specifiers: [ByteRangeSpecifier] = []
        var element = start
        for index in start...bytes.count {
            guard index == bytes.count || bytes[index] == UInt8(ascii: ",") else { continue }
            let (first, end) = FieldSyntax.trimmed(bytes, element..<index)
            element = index + 1
            // An empty element says nothing (RFC 9110 §5.6.1).
            guard first < end else { continue }
            guard let specifier = ByteRangeSpecifier(bytes.extracting(first..<end)) else { return nil }
            specifiers.append(specifier)
        }
        return specifiers.isEmpty ? nil : specifiers
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
