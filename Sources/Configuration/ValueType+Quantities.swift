// The types that are numbers: integers, sizes, rates, durations. Bounds make a `ClosedRange` of the value.

extension ValueType where Value == Int {
    /// A decimal number, with a sign if it is negative.
    public static var integer: ValueType {
        ValueType(name: "integer") { (text, _) throws(ValueProblem) in
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw ValueProblem("'\(text)' is not an integer")
            }
            guard let value = Int(text) else { throw ValueProblem("'\(text)' is too large") }
            return value
        }
    }

    /// A size in bytes; `K`, `M`, `G`, `T` (or `KiB` …) are powers of 1024, as systemd has them.
    public static var byteCount: ValueType {
        let scale = Scale.bytes
        return ValueType(name: "size", unit: "bytes; K, M, G, T", format: scale.text) {
            (text, _) throws(ValueProblem) in
            try scale.parse(text)
        }
    }

    /// A rate in bytes a second, written as a size, `/s` after it or not.
    public static var rate: ValueType {
        let scale = Scale.bytes
        return ValueType(name: "rate", unit: "bytes a second; K, M, G, T", format: scale.text) {
            (text, _) throws(ValueProblem) in
            try scale.parse(text.hasSuffix("/s") ? String(text.dropLast(2)) : text)
        }
    }

    /// A decimal number within bounds.
    public static func integer(in bounds: ClosedRange<Int>) -> ValueType { integer.bounded(by: bounds) }

    /// A size within bounds.
    public static func byteCount(in bounds: ClosedRange<Int>) -> ValueType { byteCount.bounded(by: bounds) }

    /// A rate within bounds.
    public static func rate(in bounds: ClosedRange<Int>) -> ValueType { rate.bounded(by: bounds) }
}

extension ValueType where Value == Duration {
    /// A time span as in systemd.time(7): `10s`, `500ms`, `1min 30s`; a bare number is seconds.
    ///
    /// Units are ns, us, ms, s, min or m, h, d, w and their long names; months and years are left out, for
    /// they have no one length. `.either("infinity", or: .duration)` allows for no limit.
    public static var duration: ValueType {
        let scale = Scale.time
        let format = { @Sendable (value: Duration) in
            let (seconds, attoseconds) = value.components
            return scale.text(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
        }
        return ValueType(name: "duration", unit: "seconds; ms, min, h, d", format: format) {
            (text, _) throws(ValueProblem) in
            .nanoseconds(try scale.parse(text))
        }
    }

    /// A time span within bounds.
    public static func duration(in bounds: ClosedRange<Duration>) -> ValueType {
        duration.bounded(by: bounds)
    }
}
