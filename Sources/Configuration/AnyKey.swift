// A key without its type: what tables of keys hold, and how the decoder reads a key's lines.

/// A row of a table of keys, whatever the type of its value.
public struct AnyKey: Sendable {
    /// The name in the file.
    public let name: String
    /// What tables call the type: `path`, `size`, `one of a, b`.
    public let typeName: String
    /// The unit of a bare number, with the suffixes; nil if it is no quantity.
    public let unit: String?
    /// The default in file syntax; nil if there is none.
    public let defaultText: String?
    /// The bounds in file syntax; nil if there are none.
    public let bounds: String?
    /// Whether it takes several values.
    public let isList: Bool
    /// Whether a section without it is an error.
    public let isRequired: Bool
    /// Whether a change takes effect with the next start only.
    public let needsRestart: Bool
    /// Whether its value is never shown.
    public let isSecret: Bool
    /// One sentence that says what it is for.
    public let summary: String
    let listsLines: Bool
    let decode: @Sendable (_ values: [Fragment], ValueContext, inout [LocatedProblem]) -> DecodedValue?
    let decodeDefault: @Sendable (ValueContext) -> DecodedValue?

    /// The row of `key`.
    public init<Value>(_ key: Key<Value>) {
        name = key.name
        typeName = key.type.name
        unit = key.type.unit
        defaultText = key.defaultText
        bounds = key.type.bounds
        if case .none = key.type.splitting { isList = false } else { isList = true }
        if case .lines = key.type.splitting { listsLines = true } else { listsLines = false }
        isRequired = key.isRequired
        needsRestart = key.needsRestart
        isSecret = key.isSecret
        summary = key.summary
        decode = { values, context, problems in
            let texts = key.type.texts(of: values)
            return key.type.decode(texts, context, &problems).map {
                DecodedValue(value: $0, texts: texts.map { String($0.text) })
            }
        }
        decodeDefault = { context in
            // The key's initializer has parsed it once already.
            var problems: [LocatedProblem] = []
            guard let value = key.defaultValue(context, &problems), let text = key.defaultText else {
                return nil
            }
            return DecodedValue(value: value, texts: [text])
        }
    }
}

/// A value and the texts that it was read from.
struct DecodedValue: Sendable {
    let value: any Sendable
    let texts: [String]

    /// Whether two values mean the same: written alike, or equal if their type can tell.
    func means(_ other: DecodedValue) -> Bool {
        if texts == other.texts { return true }
        guard let value = value as? any Equatable else { return false }
        return isEqual(value, other.value)
    }

    private func isEqual<T: Equatable>(_ value: T, _ other: any Sendable) -> Bool {
        (other as? T) == value
    }
}
