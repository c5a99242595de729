// Lines to sections, as systemd writes INI: `[section argument]`, `key = value`, and comments on lines of
// their own. A value is taken as it stands to the end of its line: no quotes, comments or continuation.

/// Reads one file into `document`, and goes on after each error.
struct Parser {
    private let file: String
    private var document: Document
    private var current = Place.start
    private var sectionsOfThisFile: [SectionName: SourceLocation] = [:]

    private enum Place {
        case start
        case section(Int)
        case discarded
        case ignored
    }

    /// Adds the sections of `source` to `document`; a section that it knows already goes on.
    ///
    /// - Parameter first: the section that lines before the first header belong to, if any.
    static func parse(
        _ source: SourceText, into document: inout Document, first: SectionName? = nil,
        _ diagnostics: inout [Diagnostic]
    ) {
        var parser = Parser(file: source.file, document: document)
        if let first {
            let start = SourceLocation(file: source.file, line: 1, column: 1)
            parser.current = .section(parser.document.index(of: DocumentSection(first, at: start)))
        }
        for line in source.lines { parser.read(line, &diagnostics) }
        document = parser.document
    }

    private init(file: String, document: Document) {
        self.file = file
        self.document = document
    }

    private mutating func read(_ line: SourceLine, _ diagnostics: inout [Diagnostic]) {
        let content = Fragment(line.text[...], at: SourceLocation(file: file, line: line.number, column: 1))
            .trimmed
        switch content.scalars.first {
        case nil, ";", "#": break
        case "[": open(content, &diagnostics)
        default: assign(content, &diagnostics)
        }
    }

    private mutating func open(_ header: Fragment, _ diagnostics: inout [Diagnostic]) {
        current = .discarded
        guard header.scalars.count >= 2, header.scalars.last == "]" else {
            diagnostics.append(.error(at: header.end, "a section header ends in ']'"))
            return
        }
        let inner = header.dropFirst().dropLast().trimmed
        let (name, rest) = inner.split(where: \.isBlank)
        guard !name.text.isEmpty else {
            diagnostics.append(.error(at: inner.location, "a section needs a name"))
            return
        }
        guard !name.text.hasPrefix("X-") else {
            current = .ignored
            return
        }
        enter(String(name.text), argument: rest?.trimmed, at: header.location, &diagnostics)
    }

    private mutating func enter(
        _ name: String, argument: Fragment?, at location: SourceLocation, _ diagnostics: inout [Diagnostic]
    ) {
        let id = SectionName(name, argument.map { String($0.text) })
        if let first = sectionsOfThisFile[id] {
            diagnostics.append(.warning(at: location, "\(id) continues the section at \(first)"))
        } else {
            sectionsOfThisFile[id] = location
        }
        current = .section(
            document.index(of: DocumentSection(id, at: location, argumentAt: argument?.location)))
    }

    private mutating func assign(_ line: Fragment, _ diagnostics: inout [Diagnostic]) {
        if case .ignored = current { return }
        let (key, value) = line.split { $0 == "=" }
        guard let value, !key.trimmed.text.isEmpty else {
            diagnostics.append(
                .error(at: line.location, "neither a [section] nor a line of the form 'key = value'"))
            return
        }
        switch current {
        case .section(let index):
            document.append(Assignment(key: key.trimmed, value: value.trimmed), toSectionAt: index)
        case .start:
            diagnostics.append(
                .error(at: line.location, "'\(key.trimmed.text)' stands before the first [section]"))
            current = .discarded
        case .discarded, .ignored: break
        }
    }
}
