// Text to typed values, by tables of keys. Each error is reported at its place, and decoding goes on.

extension Document {
    /// Reports sections that no schema knows, and arguments that are missing or not wanted.
    public func validate(against schemas: [SectionSchema], into diagnostics: inout [Diagnostic]) {
        for section in sections {
            guard let schema = schemas.first(where: { $0.name == section.name }) else {
                let names = schemas.map(\.name)
                diagnostics.append(.unknown("section", section.name, among: names, at: section.location))
                continue
            }
            switch (schema.argument, section.argument) {
            case (.none, .some(let argument)):
                let message = "[\(schema.name)] takes no argument, not '\(argument)'"
                diagnostics.append(.error(at: section.argumentLocation, message))
            case (.required(let meaning), nil):
                diagnostics.append(
                    .error(at: section.location, "[\(schema.name)] needs an argument: \(meaning)"))
            default: break
            }
        }
    }

    /// Gives the keys of `section` their types.
    ///
    /// - Parameters:
    ///   - section: one of this document's sections.
    ///   - keys: every key that it may hold, such as a module's own after those that all handlers share.
    ///   - diagnostics: gets unknown and missing keys, wrong values, and warnings about repeated ones.
    /// - Returns: the section, or nil if there was an error.
    public func decode(
        _ section: DocumentSection, keys: [AnyKey], into diagnostics: inout [Diagnostic]
    ) -> Section? {
        let decoder = SectionDecoder(section: section, keys: keys, context: ValueContext(folder: folder))
        return decoder.decode(into: &diagnostics)
    }

    /// Gives every section of that name its types; one without argument that is absent has its defaults.
    public func decode(_ schema: SectionSchema, into diagnostics: inout [Diagnostic]) -> [Section] {
        var written = sections(named: schema.name)
        if !schema.needsArgument, !written.contains(where: { $0.argument == nil }) {
            let place = SourceLocation(file: file, line: 1, column: 1)
            written.insert(DocumentSection(SectionName(schema.name, nil), at: place), at: 0)
        }
        return written.compactMap { decode($0, keys: schema.keys, into: &diagnostics) }
    }

    /// The value of a single key of `section`, whatever else it holds: `module` before the module's own keys.
    ///
    /// - Returns: the value or its default; nil if there is neither, or an error was reported.
    public func value<Value>(
        of key: Key<Value>, in section: DocumentSection, into diagnostics: inout [Diagnostic]
    ) -> Value? {
        var found: [Diagnostic] = []
        let decoded = decode(DocumentSection(section, only: key.name), keys: [AnyKey(key)], into: &found)
        // The section as a whole is decoded later, and repeats the warnings.
        diagnostics += found.filter { $0.severity == .error }
        return decoded?.optional(key)
    }

    /// Reports the keys of `section` that are none of `keys`, which may have several of one name: for a section that
    /// can't be decoded since the key is missing that says which keys it has.
    public func reportUnknownKeys(
        of section: DocumentSection, among keys: [AnyKey], into diagnostics: inout [Diagnostic]
    ) {
        let keys = Array(Dictionary(keys.map { ($0.name, $0) }) { first, _ in first }.values)
        SectionDecoder(section: section, keys: keys, context: ValueContext(folder: folder))
            .reportUnknown(into: &diagnostics)
    }
}

/// Decodes one section.
struct SectionDecoder {
    let section: DocumentSection
    let keys: [AnyKey]
    let context: ValueContext

    func decode(into diagnostics: inout [Diagnostic]) -> Section? {
        let start = diagnostics.count
        reportUnknown(into: &diagnostics)
        let lines = Dictionary(grouping: section.assignments, by: \.key)
        let entries = keys.map { entry($0, lines: lines[$0.name] ?? [], into: &diagnostics) }
        guard !diagnostics[start...].hasErrors else { return nil }
        return Section(section.id, at: section.location, entries: entries)
    }

    func reportUnknown(into diagnostics: inout [Diagnostic]) {
        let names = keys.map(\.name)
        let known = Set(names)
        precondition(known.count == names.count, "two keys of one name for \(section.id): \(names)")
        for line in section.assignments where !known.contains(line.key) {
            diagnostics.append(
                .unknown("key", line.key, context: " in \(section.id)", among: names, at: line.keyLocation))
        }
    }

    private func entry(_ key: AnyKey, lines: [Assignment], into diagnostics: inout [Diagnostic])
        -> Section.Entry
    {
        // An empty assignment clears what came before: a list is empty then, a scalar as if never set.
        let cleared = lines.lastIndex { $0.value.text.isEmpty }
        let counted = lines[((cleared ?? -1) + 1)...]
        if !key.isList { warnAboutRepeats(counted, into: &diagnostics) }
        guard let last = counted.last ?? (key.isList ? cleared.map { lines[$0] } : nil) else {
            return absent(key, into: &diagnostics)
        }
        var problems: [LocatedProblem] = []
        let value = key.decode(counted.map(\.value), context, &problems)
        diagnostics += problems.map { diagnostic(for: $0, of: key, at: last.value.location) }
        return Section.Entry(key: key, value: value, location: last.value.location)
    }

    private func diagnostic(for problem: LocatedProblem, of key: AnyKey, at value: SourceLocation)
        -> Diagnostic
    {
        key.isSecret
            ? .error(at: value, "\(key.name): the value is not a valid \(key.typeName)")
            : .error(at: problem.location ?? value, "\(key.name): \(problem.message)")
    }

    private func absent(_ key: AnyKey, into diagnostics: inout [Diagnostic]) -> Section.Entry {
        if key.isRequired {
            diagnostics.append(.error(at: section.location, "'\(key.name)' is missing in \(section.id)"))
        }
        return Section.Entry(key: key, value: key.decodeDefault(context), location: nil)
    }

    /// Across files the last one wins, which is what drop-ins are for; within one it may be an oversight.
    private func warnAboutRepeats(_ lines: ArraySlice<Assignment>, into diagnostics: inout [Diagnostic]) {
        for (earlier, later) in zip(lines, lines.dropFirst())
        where earlier.keyLocation.file == later.keyLocation.file {
            let message = "'\(later.key)' is set again: this replaces the value at \(earlier.keyLocation)"
            diagnostics.append(.warning(at: later.keyLocation, message))
        }
    }
}

extension DocumentSection {
    /// The section with no other key than `name`.
    fileprivate init(_ section: DocumentSection, only name: String) {
        self = section
        assignments.removeAll { $0.key != name }
    }
}
