// What a section of one name may hold.

/// The table of a section: its argument and its keys.
public struct SectionSchema: Sendable {
    /// What stands after the name in `[name argument]`.
    public enum Argument: Sendable, Hashable {
        /// Nothing: there is one such section.
        case none
        /// Always something, which this word describes, such as `PATH`: one section for each.
        case required(String)
        /// Something or nothing: one section without, and one for each argument.
        case optional(String)
    }

    /// The word after `[`.
    public let name: String
    /// What follows it.
    public let argument: Argument
    /// One sentence that says what the section is for.
    public let summary: String
    /// The keys in the order in which they are shown.
    public let keys: [AnyKey]

    /// A section named `name` that holds `keys`.
    public init(_ name: String, argument: Argument = .none, _ summary: String, keys: [AnyKey]) {
        self.name = name
        self.argument = argument
        self.summary = summary
        self.keys = keys
    }

    /// Whether there may be several of them, each with an argument of its own.
    public var isRepeatable: Bool { argument != .none }

    /// Whether one without argument is an error.
    var needsArgument: Bool {
        if case .required = argument { true } else { false }
    }

    /// The header as documentation shows it: `[server]`, `[handler PATH]` or `[tls [NAME]]`.
    public var header: String {
        switch argument {
        case .none: "[\(name)]"
        case .required(let meaning): "[\(name) \(meaning)]"
        case .optional(let meaning): "[\(name) [\(meaning)]]"
        }
    }
}
