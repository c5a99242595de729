// Which templates a template includes. Mustache finds out when it renders: one that is not there is left out in
// silence, and one that includes itself ends the process.

import Configuration
import SystemPackage

/// A template of a folder and the partials in it, `{{> name}}` and `{{< name}}`.
struct TemplateParts {
    struct Part {
        let name: String
        let line: Int
    }

    /// The name that others include it by: its file's without the suffix.
    let name: String
    let file: FilePath
    let text: String
    let parts: [Part]

    init(of file: FilePath, _ bytes: [UInt8]) {
        self.file = file
        name = file.stem ?? ""
        text = String(decoding: bytes, as: UTF8.self)
        parts = Self.parts(of: text)
    }

    /// Every partial that is not there, or that leads back to the template that it stands in.
    static func mistakes(in own: [TemplateParts], builtIn: [String: String]) -> [Diagnostic] {
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
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            line.split(separator: "{{", omittingEmptySubsequences: false).dropFirst().compactMap { tag in
                guard tag.first == ">" || tag.first == "<" else { return nil }
                let name = tag.dropFirst().drop { $0 == " " }.prefix { $0 != " " && $0 != "}" }
                return Part(name: String(name), line: index + 1)
            }
        }
    }
}
