// A configuration key as data: the row that parser, `check`, `modules`, man page and diagnostics read.

import SystemPackage

/// A typed configuration key.
///
/// ```swift
/// static let root = Key("root", .path, "The folder that is served.")                        // required
/// static let index = Key("index", .list(.word), default: "index.html", "Names to look for.")
/// static let title = Key.optional("title", .string, "The title of listings.")
/// ```
/// Whoever decodes a section with `AnyKey(key)` in its table reads the value as `section[key]`.
public struct Key<Value: Sendable>: Sendable {
    /// The name in the file.
    public let name: String
    /// How its values are read.
    public let type: ValueType<Value>
    /// The default in file syntax; nil if there is none.
    public let defaultText: String?
    /// Whether a section without it is an error.
    public let isRequired: Bool
    /// Whether a change takes effect with the next start only, not with a reload.
    public let needsRestart: Bool
    /// Whether its value is never shown.
    public let isSecret: Bool
    /// One sentence that says what it is for.
    public let summary: String

    /// A key that every section must set.
    public init(
        _ name: String, _ type: ValueType<Value>, needsRestart: Bool = false, isSecret: Bool = false,
        _ summary: String
    ) {
        self.init(name, type, nil, isRequired: true, needsRestart, isSecret, summary)
    }

    /// A key with a default, in file syntax.
    ///
    /// A default that its own type refuses is a mistake of the program, and traps.
    public init(
        _ name: String, _ type: ValueType<Value>, default text: String, needsRestart: Bool = false,
        isSecret: Bool = false, _ summary: String
    ) {
        self.init(name, type, text, isRequired: false, needsRestart, isSecret, summary)
        var problems: [LocatedProblem] = []
        let parsed = defaultValue(ValueContext(folder: "/"), &problems)
        precondition(parsed != nil, "the default of '\(name)': \(problems.map(\.message))")
    }

    /// A key that may be absent: `section.optional(key)` is nil then.
    public static func optional(
        _ name: String, _ type: ValueType<Value>, needsRestart: Bool = false, isSecret: Bool = false,
        _ summary: String
    ) -> Key {
        Key(name, type, nil, isRequired: false, needsRestart, isSecret, summary)
    }

    private init(
        _ name: String, _ type: ValueType<Value>, _ defaultText: String?, isRequired: Bool,
        _ needsRestart: Bool,
        _ isSecret: Bool, _ summary: String
    ) {
        self.name = name
        self.type = type
        self.defaultText = defaultText
        self.isRequired = isRequired
        self.needsRestart = needsRestart
        self.isSecret = isSecret
        self.summary = summary
    }

    /// The default as a value; nil if there is none.
    func defaultValue(_ context: ValueContext, _ problems: inout [LocatedProblem]) -> Value? {
        guard let defaultText else { return nil }
        let text = Fragment(defaultText[...], at: SourceLocation(file: "default of \(name)")).trimmed
        return type.decode(type.texts(of: [text]), context, &problems)
    }
}

extension Key where Value: Comparable {
    /// A key with a default and bounds; one without a default bounds its type, as in `.integer(in: 1...9)`.
    public init(
        _ name: String, _ type: ValueType<Value>, default text: String, bounds: ClosedRange<Value>,
        needsRestart: Bool = false, isSecret: Bool = false, _ summary: String
    ) {
        self.init(
            name, type.bounded(by: bounds), default: text, needsRestart: needsRestart, isSecret: isSecret,
            summary)
    }
}
