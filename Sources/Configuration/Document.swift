// A parsed, undecoded configuration: sections in the order of their first appearance, drop-ins merged in.

import SystemPackage

/// One `key = value` line.
struct Assignment: Sendable {
    let key: String
    let keyLocation: SourceLocation
    let value: Fragment

    init(key: Fragment, value: Fragment) {
        self.key = String(key.text)
        keyLocation = key.location
        self.value = value
    }
}

/// What tells one section from another: `[name argument]`.
struct SectionName: Sendable, Hashable, CustomStringConvertible {
    let name: String
    let argument: String?

    init(_ name: String, _ argument: String?) {
        self.name = name
        self.argument = argument
    }

    var description: String { argument.map { "[\(name) \($0)]" } ?? "[\(name)]" }
}

/// A section as written: its keys are still text.
public struct DocumentSection: Sendable {
    let id: SectionName
    /// Where its first header stands.
    public let location: SourceLocation
    let argumentLocation: SourceLocation
    var assignments: [Assignment] = []

    /// The word after `[`.
    public var name: String { id.name }
    /// The rest of the header, without blanks around it.
    public var argument: String? { id.argument }

    init(_ id: SectionName, at location: SourceLocation, argumentAt: SourceLocation? = nil) {
        self.id = id
        self.location = location
        argumentLocation = argumentAt ?? location
    }

    /// A section that comes from no file, such as the command line's.
    ///
    /// - Parameters:
    ///   - values: keys and values in file syntax; a repeated key appends to a list.
    ///   - source: what diagnostics name in place of a file.
    public init(
        _ name: String, argument: String? = nil, values: KeyValuePairs<String, String>,
        source: String = "command line"
    ) {
        let location = SourceLocation(file: source)
        self.init(SectionName(name, argument), at: location)
        assignments = values.map { key, value in
            Assignment(
                key: Fragment(key[...], at: location), value: Fragment(value[...], at: location).trimmed)
        }
    }

    /// Where `key` was last assigned; the section's own place if it was not.
    public func location(of key: String) -> SourceLocation {
        assignments.last { $0.key == key }?.value.location ?? location
    }
}

/// A configuration as text cut into sections and keys; `decode` gives them their types.
public struct Document: Sendable {
    /// The sections in the order of their first appearance.
    public private(set) var sections: [DocumentSection] = []
    /// The name of the main file, or of what stands for it.
    public let file: String
    /// The folder that relative paths start from: the main file's, for drop-ins too.
    public let folder: FilePath
    private var indexes: [SectionName: Int] = [:]

    init(file: String, folder: FilePath) {
        self.file = file
        self.folder = folder
    }

    /// Parses `text` as one configuration file.
    ///
    /// - Parameters:
    ///   - text: the contents of a file.
    ///   - file: what diagnostics name as the file.
    ///   - folder: where relative paths start from; the current folder by default.
    ///   - diagnostics: gets every syntax error.
    public init(
        parsing text: String, file: String = "configuration", folder: FilePath = ".",
        into diagnostics: inout [Diagnostic]
    ) {
        self.init(parsing: Array(text.utf8), file: file, folder: folder, into: &diagnostics)
    }

    /// Parses `bytes` as one configuration file, which may turn out not to be text.
    package init(
        parsing bytes: [UInt8], file: String = "configuration", folder: FilePath = ".",
        into diagnostics: inout [Diagnostic]
    ) {
        self.init(file: file, folder: folder)
        add(bytes, from: file, into: &diagnostics)
    }

    /// A document of sections that come from no file.
    public init(_ sections: [DocumentSection], source: String = "command line", folder: FilePath = ".") {
        self.init(file: source, folder: folder)
        for section in sections {
            let index = index(of: DocumentSection(section.id, at: section.location))
            self.sections[index].assignments += section.assignments
        }
    }

    /// The sections of one name, in order.
    public func sections(named name: String) -> [DocumentSection] {
        sections.filter { $0.name == name }
    }

    /// Parses one more file; lines before its first header belong to `first`, if any.
    mutating func add(
        _ bytes: [UInt8], from file: String, first: SectionName? = nil, into diagnostics: inout [Diagnostic]
    ) {
        let source = SourceText(file: file, bytes: bytes, into: &diagnostics)
        Parser.parse(source, into: &self, first: first, &diagnostics)
    }

    /// The place of the section with `section`'s name, which is added if it is new.
    mutating func index(of section: DocumentSection) -> Int {
        if let index = indexes[section.id] { return index }
        indexes[section.id] = sections.count
        sections.append(section)
        return sections.count - 1
    }

    mutating func append(_ assignment: Assignment, toSectionAt index: Int) {
        sections[index].assignments.append(assignment)
    }
}
