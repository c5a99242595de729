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
        "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
    }

    /// The `Content-Range` of a 416.
    public static func unsatisfiedContentRange(size: UInt64) -> String { "bytes */\(size)" }

    private static func overlap(_ parts: [Range<UInt64>]) -> Bool {
        let sorted = parts.sorted { $0.lowerBound < $1.lowerBound }
        return zip(sorted, sorted.dropFirst()).contains { $0.upperBound > $1.lowerBound }
    }

    private static func specifiers(_ value: String) -> [ByteRangeSpecifier]? {
        guard let equals = value.utf8.firstIndex(of: UInt8(ascii: "=")),
            FieldSyntax.equalIgnoringCase(value[..<equals], "bytes")
        else { return nil }
        var specifiers: [ByteRangeSpecifier] = []
        for element in FieldSyntax.list(String(value[value.utf8.index(after: equals)...])) {
            guard let specifier = ByteRangeSpecifier(element) else { return nil }
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

    init?(_ text: Substring) {
        guard let dash = text.utf8.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        let first = text[..<dash]
        let last = text[text.utf8.index(after: dash)...]
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
    private static func number(_ text: Substring) -> UInt64? {
        guard !text.isEmpty else { return nil }
        var number: UInt64 = 0
        for byte in text.utf8 {
            guard let digit = byte.decimalValue else { return nil }
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
