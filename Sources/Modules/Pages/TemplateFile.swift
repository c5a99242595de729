// A template of somebody else's, with what is wrong with it found at once. Mustache finds out which templates one
// includes when it renders: one that is not there is left out in silence, and one that includes itself ends the process.

import Configuration
import Mustache
import SystemPackage

/// A template of a folder and the partials in it, `{{> name}}` and `{{< name}}`.
struct TemplateFile {
    static let suffix = ".mustache"

    struct Part {
        let name: String
        let line: Int
    }

    /// The name that others include it by: its file's below the folder, without the suffix.
    let name: String
    let file: FilePath
    let text: String
    let parts: [Part]

    /// A file of a folder.
    ///
    /// - Parameter path: The path below the folder, which ends in ``suffix``.
    init(_ path: String, in folder: FilePath, _ bytes: [UInt8]) {
        file = folder.appending(path)
        name = String(path.dropLast(Self.suffix.count))
        text = String(decoding: bytes, as: UTF8.self)
        parts = Self.parts(of: text)
    }

    /// A file by itself, which other files are no partials of.
    init(_ file: FilePath, _ bytes: [UInt8]) {
        self.file = file
        name = file.stem ?? ""
        text = String(decoding: bytes, as: UTF8.self)
        parts = Self.parts(of: text)
    }

    /// Compiles a template whose values are escaped by ``HTMLText``.
    static func compile(_ text: String) throws -> MustacheTemplate {
        try compile(text, escaping: HTMLText.name)
    }

    private static func compile(_ text: String, escaping: String) throws -> MustacheTemplate {
        MustacheContentTypes.register(HTMLText(), named: HTMLText.name)
        return try MustacheTemplate(string: prefix(escaping) + text)
    }

    private static func prefix(_ escaping: String) -> String { "{{% CONTENT_TYPE:\(escaping)}}" }

    /// Compiles the template.
    ///
    /// - Parameter escaping: The name of the `MustacheContentType` that its values are escaped by.
    /// - Throws: What is wrong with it, at its line.
    func compiled(escaping: String = HTMLText.name) throws(ConfigurationFailure) -> MustacheTemplate {
        do {
            return try Self.compile(text, escaping: escaping)
        } catch let error as MustacheTemplate.ParserError {
            // The prefix stands in front of the first line.
            let prefix = error.context.lineNumber == 1 ? Self.prefix(escaping).count : 0
            let column = error.context.columnNumber - prefix
            let location = SourceLocation(
                file: file.string, line: error.context.lineNumber, column: max(1, column))
            throw ConfigurationFailure([
                .error(at: location, "the template cannot be compiled: \(Self.message(for: error.error))")
            ])
        } catch {
            throw ConfigurationFailure([.error(at: SourceLocation(file: file.string), "\(error)")])
        }
    }

    private static func message(for error: any Error) -> String {
        switch error as? MustacheTemplate.Error {
        case .sectionCloseNameIncorrect?: "a section is closed by another's name"
        case .expectedSectionEnd?: "a section is not closed"
        // What is none of these is the parser's own, which comes of an end in the middle of something.
        case .unfinishedName?, nil: "a tag is not closed"
        case .some(let other): "\(other)"
        }
    }

    /// Every partial that is not there, or that leads back to the template that it stands in.
    static func mistakes(in own: [TemplateFile], builtIn: [String: String]) -> [Diagnostic] {
        var graph = builtIn.mapValues { parts(of: $0).map(\.name) }
        for template in own { graph[template.name] = template.parts.map(\.name) }
        return own.flatMap { template in
            template.parts.compactMap { part -> Diagnostic? in
                let location = SourceLocation(file: template.file.string, line: part.line, column: 1)
                if graph[part.name] == nil {
                    return .unknown("template", part.name, among: graph.keys.sorted(), at: location)
                }
                guard reaches(template.name, from: part.name, in: graph) else { return nil }
                return .error(at: location, "the template '\(template.name)' includes itself")
            }
        }
    }

    private static func reaches(_ name: String, from start: String, in graph: [String: [String]]) -> Bool {
        var (seen, next): (Set<String>, [String]) = ([], [start])
        while let current = next.popLast() {
            if current == name { return true }
            if seen.insert(current).inserted { next += graph[current] ?? [] }
        }
        return false
    }

    private static func parts(of text: String) -> [Part] {
        // CRLF is one character.
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        return lines.enumerated().flatMap { index, line in
            line.split(separator: "{{", omittingEmptySubsequences: false).dropFirst().compactMap { tag in
                guard tag.first == ">" || tag.first == "<" else { return nil }
                let name = tag.dropFirst().drop { $0 == " " }.prefix { $0 != " " && $0 != "}" }
                return Part(name: String(name), line: index + 1)
            }
        }
    }
}
