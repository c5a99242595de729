// The configuration as it takes effect, defaults included, as a file that reads back to the same.

/// Prints decoded sections in file syntax, for `portico check --print`.
public struct EffectiveConfiguration: Sendable, CustomStringConvertible {
    private let sections: [Section]

    /// The sections in the order in which they are printed.
    public init(_ sections: [Section]) {
        self.sections = sections
    }

    /// Every section with every key; keys without a value, and lists without elements, are assigned nothing.
    ///
    /// Values stand as written, so relative paths mean the same only in a file in the same folder. Secrets
    /// are masked: their line is a comment.
    public var description: String {
        sections.map(text(of:)).joined(separator: "\n")
    }

    private func text(of section: Section) -> String {
        ([section.header] + section.entries.flatMap(lines(of:))).map { $0 + "\n" }.joined()
    }

    private func lines(of entry: Section.Entry) -> [String] {
        let name = entry.key.name
        guard let texts = entry.value?.texts, !texts.isEmpty else { return ["\(name) ="] }
        if entry.key.isSecret { return ["; \(name) = (secret)"] }
        return (entry.key.listsLines ? texts : [texts.joined(separator: " ")]).map {
            $0.isEmpty ? "\(name) =" : "\(name) = \($0)"
        }
    }
}
