// Types made of other types: lists, and a word that stands for the absence of a value.

extension ValueType {
    /// Values between blanks, on one line or several; an empty assignment clears what came before.
    ///
    /// - Parameters:
    ///   - element: the type of each; one that allows blanks, such as a path, is cut at them all the same.
    ///   - minimum: how many there must be.
    public static func list<Element>(_ element: ValueType<Element>, minimum: Int = 0) -> ValueType
    where Value == [Element] {
        list(of: element, named: "list of \(element.name)", splitting: .words, minimum: minimum)
    }

    /// Values on lines of their own: the key is repeated for each; an empty assignment clears them.
    public static func lines<Element>(_ element: ValueType<Element>, minimum: Int = 0) -> ValueType
    where Value == [Element] {
        list(of: element, named: "\(element.name), repeated", splitting: .lines, minimum: minimum)
    }

    private static func list<Element>(
        of element: ValueType<Element>, named name: String, splitting: Splitting, minimum: Int
    ) -> ValueType where Value == [Element] {
        ValueType(
            name: name, unit: element.unit, bounds: element.bounds, splitting: splitting,
            format: { $0.map(element.format).joined(separator: " ") },
            decode: { texts, context, problems in
                let values = texts.compactMap { element.decode([$0], context, &problems) }
                guard values.count == texts.count else { return nil }
                if values.count >= minimum { return values }
                problems.append(LocatedProblem("at least \(minimum) must be given", at: texts.last?.location))
                return nil
            })
    }

    /// A value of another type, or `word`, which gives nil: `.either("auto", or: .integer)`.
    public static func either<Wrapped>(_ word: String, or type: ValueType<Wrapped>) -> ValueType
    where Value == Wrapped? {
        ValueType(
            name: "\(word) or \(type.name)", unit: type.unit, bounds: type.bounds, splitting: type.splitting,
            format: { $0.map(type.format) ?? word },
            decode: { texts, context, problems in
                if texts.count == 1, texts[0].text == word { return .some(nil) }
                var found: [LocatedProblem] = []
                let value = type.decode(texts, context, &found)
                problems += found.map { LocatedProblem("\($0.message) (or '\(word)')", at: $0.location) }
                return value.map { .some($0) }
            })
    }
}
