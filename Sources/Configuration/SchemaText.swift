// A table of keys as documentation: for `portico modules NAME` and for pages in Markdown.

/// The keys of one section, or of one module, as text.
public struct SchemaText: Sendable {
    private let title: String
    private let summary: String
    private let keys: [AnyKey]

    /// The text of a section's schema.
    public init(_ schema: SectionSchema) {
        self.init(title: schema.header, summary: schema.summary, keys: schema.keys)
    }

    /// The text of any table of keys.
    public init(title: String, summary: String, keys: [AnyKey]) {
        self.title = title
        self.summary = summary
        self.keys = keys
    }

    /// For a terminal: the keys in a column, what they are beside them, lines of at most `width` columns
    /// where words allow; it ends in a newline.
    public func plain(width: Int = 80) -> String {
        let column = min((keys.map(\.name.count).max() ?? 0) + 4, 24)
        let rows = keys.map { key in
            let facts = wrapped(Self.facts(of: key), indent: column, width: width)
            let label = "  " + key.name
            let gap = column - label.count
            let first = gap >= 2 ? label + facts.dropFirst(label.count) : label + "\n" + facts
            return first + wrapped(key.summary, indent: column, width: width)
        }
        return title + "\n" + wrapped(summary, indent: 2, width: width) + (keys.isEmpty ? "" : "\n")
            + rows.joined()
    }

    /// A Markdown heading, the summary and a table.
    public func markdown(headingLevel: Int = 3) -> String {
        let heading = String(repeating: "#", count: headingLevel) + " `\(title)`\n\n\(summary)\n"
        guard !keys.isEmpty else { return heading }
        let rows = keys.map { key in
            let cells = [
                "`\(key.name)`", key.typeName, key.unit ?? "", Self.defaultText(of: key, code: true),
                key.bounds ?? "", Self.sentence(of: key),
            ]
            return "| " + cells.map(Self.cell).joined(separator: " | ") + " |\n"
        }
        return heading + "\n| key | type | unit | default | bounds | meaning |\n|---|---|---|---|---|---|\n"
            + rows.joined()
    }

    /// `size (bytes; K, M, G, T), 1K to 1G, default 16M`.
    private static func facts(of key: AnyKey) -> String {
        let type = key.unit.map { "\(key.typeName) (\($0))" } ?? key.typeName
        let fallback = defaultText(of: key, code: false)
        let restart = key.needsRestart ? "a change needs a restart" : nil
        return [type, key.bounds, fallback, restart].compactMap(\.self).joined(separator: ", ")
    }

    private static func defaultText(of key: AnyKey, code: Bool) -> String {
        guard let text = key.defaultText else { return key.isRequired ? "required" : "optional" }
        if text.isEmpty { return code ? "empty" : "default empty" }
        return code ? "`\(text)`" : "default \(text)"
    }

    private static func sentence(of key: AnyKey) -> String {
        key.needsRestart ? key.summary + " A change needs a restart." : key.summary
    }

    /// A bar would end the cell.
    private static func cell(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }

    /// Lines of at most `width` columns, each indented and ended.
    private func wrapped(_ text: String, indent: Int, width: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, indent + line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(line)
        return lines.map { margin + $0 + "\n" }.joined()
    }
}
