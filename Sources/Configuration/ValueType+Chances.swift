// The types for what happens now and then: percentages, and values with one behind them.

/// A value that holds for a share of the cases.
public struct Chance<Value: Sendable>: Sendable {
    /// The value.
    public let value: Value
    /// The share, 0 to 100.
    public let percent: Double

    /// Makes a chance of its parts.
    public init(_ value: Value, percent: Double) {
        self.value = value
        self.percent = percent
    }
}

extension ValueType where Value == Double {
    /// `10%`, `0.5%`: 0 to 100.
    public static var percentage: ValueType {
        ValueType(name: "percentage", format: { "\($0)%" }) { (text, _) throws(ValueProblem) in
            guard text.hasSuffix("%"), let value = Double(text.dropLast()), (0...100).contains(value) else {
                throw ValueProblem("'\(text)' is not a percentage, 0% to 100%")
            }
            return value
        }
    }
}

extension ValueType {
    /// A value of another type, for all cases or for the percentage behind it: `503`, `503 10%`.
    public static func sometimes<Wrapped>(_ type: ValueType<Wrapped>) -> ValueType
    where Value == Chance<Wrapped> {
        ValueType(
            name: "\(type.name), PERCENT%", unit: type.unit, bounds: type.bounds, splitting: .none,
            format: { "\(type.format($0.value)) \($0.percent)%" },
            decode: { texts, context, problems in
                guard let text = texts.last, let last = text.words.last else { return nil }
                guard last.text.hasSuffix("%") else {
                    return type.decode([text], context, &problems).map { Chance($0, percent: 100) }
                }
                let first = Fragment(text.text.dropLast(last.text.count), at: text.location).trimmed
                let percent = ValueType<Double>.percentage.decode([last], context, &problems)
                let value = type.decode([first], context, &problems)
                guard let percent, let value else { return nil }
                return Chance(value, percent: percent)
            })
    }
}
