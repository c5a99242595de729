// Bounds of a value, checked after parsing and shown in file syntax.

extension ValueType where Value: Comparable {
    /// The same type, for values within `bounds` only.
    public func bounded(by bounds: ClosedRange<Value>) -> ValueType {
        bounded(
            minimum: bounds.lowerBound, maximum: bounds.upperBound,
            text: "\(format(bounds.lowerBound)) to \(format(bounds.upperBound))")
    }

    /// The same type, for values that are at least the lower bound.
    public func bounded(by bounds: PartialRangeFrom<Value>) -> ValueType {
        bounded(minimum: bounds.lowerBound, maximum: nil, text: "at least \(format(bounds.lowerBound))")
    }

    private func bounded(minimum: Value, maximum: Value?, text: String) -> ValueType {
        ValueType(name: name, unit: unit, bounds: text, splitting: splitting, format: format) {
            [decode] texts, context, problems in
            guard let value = decode(texts, context, &problems) else { return nil }
            let excess = value < minimum ? "below" : maximum.map { value > $0 } == true ? "above" : nil
            guard let excess, let last = texts.last else { return value }
            problems.append(
                LocatedProblem(ValueProblem("'\(last.text)' is \(excess) the bounds, \(text)"), in: last))
            return nil
        }
    }
}
