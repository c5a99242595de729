// What changed between two configurations, for the report of a reload. Only effective values count: a key
// that is now written out with its default is no change, nor is `60s` in place of `1min`.

/// The changes from one set of decoded sections to another.
public struct ConfigurationDifference: Sendable, CustomStringConvertible {
    /// One key, or a whole section, that is not as before.
    public struct Change: Sendable, Hashable, CustomStringConvertible {
        /// What happened to it.
        public enum Kind: String, Sendable {
            /// It has a value and had none.
            case added
            /// It has none and had one.
            case removed
            /// It has another value.
            case changed
        }

        /// The section's header, such as `[handler /]`.
        public let section: String
        /// The key; nil for a section as a whole.
        public let key: String?
        /// What happened to it.
        public let kind: Kind
        /// Whether it takes effect with the next start only.
        public let needsRestart: Bool

        /// `[server] listen changed`, with a note if it needs a restart.
        public var description: String {
            let subject = key.map { "\(section) \($0)" } ?? section
            return "\(subject) \(kind.rawValue)" + (needsRestart ? " (needs a restart)" : "")
        }
    }

    /// The changes: sections that stayed or went in the old order, new ones after them.
    public let changes: [Change]

    /// Compares by section header and key name.
    public init(from old: [Section], to new: [Section]) {
        let successors = Dictionary(new.map { ($0.header, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(old.map(\.header))
        changes =
            old.flatMap { section in
                successors[section.header].map { Self.changes(from: section, to: $0) }
                    ?? [Self.whole(section, .removed)]
            } + new.filter { !known.contains($0.header) }.map { Self.whole($0, .added) }
    }

    /// Whether nothing changed.
    public var isEmpty: Bool { changes.isEmpty }

    /// The changes that take effect with the next start only.
    public var needingRestart: [Change] { changes.filter(\.needsRestart) }

    /// The changes, separated by commas, or `no changes`.
    public var description: String {
        isEmpty ? "no changes" : changes.map(\.description).joined(separator: ", ")
    }

    private static func whole(_ section: Section, _ kind: Change.Kind) -> Change {
        let needsRestart = section.entries.contains { $0.key.needsRestart && $0.location != nil }
        return Change(section: section.header, key: nil, kind: kind, needsRestart: needsRestart)
    }

    /// Keys of the old table first, then those that only the new one has because the module is another.
    private static func changes(from old: Section, to new: Section) -> [Change] {
        let added = new.entries.filter { old.entry($0.key.name) == nil }
        return old.entries.compactMap { change(from: $0, to: new.entry($0.key.name), in: old.header) }
            + added.compactMap { change(from: nil, to: $0, in: new.header) }
    }

    private static func change(from old: Section.Entry?, to new: Section.Entry?, in section: String)
        -> Change?
    {
        guard let key = new?.key ?? old?.key else { return nil }
        let kind: Change.Kind
        switch (value(old, otherExists: new != nil), value(new, otherExists: old != nil)) {
        case (nil, nil): return nil
        case (nil, .some): kind = .added
        case (.some, nil): kind = .removed
        case (let before?, let after?):
            if before.means(after) { return nil }
            kind = .changed
        }
        return Change(section: section, key: key.name, kind: kind, needsRestart: key.needsRestart)
    }

    /// A key that only one table has counts if the file sets it: another module's defaults are no news.
    private static func value(_ entry: Section.Entry?, otherExists: Bool) -> DecodedValue? {
        otherExists || entry?.location != nil ? entry?.value : nil
    }
}
