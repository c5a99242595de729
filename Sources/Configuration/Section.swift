// The decoded values of one section. Everything was validated while decoding: reading never fails.

import SystemPackage

/// A section whose keys have their types.
public struct Section: Sendable {
    /// A key of the section and what the file says about it.
    struct Entry: Sendable {
        let key: AnyKey
        let value: DecodedValue?
        /// Where the file sets it; nil if it does not.
        let location: SourceLocation?
    }

    /// The word after `[`.
    public let name: String
    /// The rest of the header; nil if there is none.
    public let argument: String?
    /// Where the section starts; the file as a whole if it is absent and every key has its default.
    public let location: SourceLocation
    /// The keys that it was decoded with, in their table's order.
    let entries: [Entry]
    private let indexes: [String: Int]

    init(_ id: SectionName, at location: SourceLocation, entries: [Entry]) {
        name = id.name
        argument = id.argument
        self.location = location
        self.entries = entries
        indexes = Dictionary(
            entries.enumerated().map { ($1.key.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A section decoded from `text`, which has lines of keys and no header: for tests of what reads it.
    ///
    /// - Throws: `ConfigurationFailure` with every error.
    public init(
        parsing text: String, name: String = "section", argument: String? = nil, keys: [AnyKey],
        folder: FilePath = "/"
    ) throws(ConfigurationFailure) {
        var diagnostics: [Diagnostic] = []
        var document = Document(file: "section", folder: folder)
        let id = SectionName(name, argument)
        document.add(Array(text.utf8), from: document.file, first: id, into: &diagnostics)
        let section = document.decode(document.sections[0], keys: keys, into: &diagnostics)
        guard let section, !diagnostics.hasErrors else { throw ConfigurationFailure(diagnostics) }
        self = section
    }

    /// The value of a key that is required or has a default.
    ///
    /// Asking for a key that is not in the section's table, or an optional one, is a mistake of the program.
    public subscript<Value>(_ key: Key<Value>) -> Value {
        guard let value = optional(key) else {
            preconditionFailure(
                "'\(key.name)' of [\(name)] has no value; use optional(_:) for a key without default")
        }
        return value
    }

    /// The value of any key; nil if it is optional and absent.
    public func optional<Value>(_ key: Key<Value>) -> Value? {
        guard let entry = entry(key.name) else {
            preconditionFailure("'\(key.name)' is not in the table that [\(name)] was decoded with")
        }
        guard let decoded = entry.value else { return nil }
        guard let value = decoded.value as? Value else {
            preconditionFailure("'\(key.name)' of [\(name)] was decoded as \(type(of: decoded.value))")
        }
        return value
    }

    /// Whether the file sets the key, be it to its default.
    public func isSet<Value>(_ key: Key<Value>) -> Bool { entry(key.name)?.location != nil }

    /// Where the value of the key stands; the section's place if the file does not set it.
    public func location<Value>(of key: Key<Value>) -> SourceLocation {
        entry(key.name)?.location ?? location
    }

    /// What the header says: `[name argument]`.
    public var header: String { SectionName(name, argument).description }

    func entry(_ name: String) -> Entry? { indexes[name].map { entries[$0] } }
}
