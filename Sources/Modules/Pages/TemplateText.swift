// A Mustache template that somebody else writes: compiled with our escaping, and its mistakes told by file and line.

import Configuration
import Mustache
import SystemPackage

enum TemplateText {
    /// Compiles a template whose values are escaped by ``HTMLText``.
    static func compile(_ text: String) throws -> MustacheTemplate {
        MustacheContentTypes.register(HTMLText(), named: HTMLText.name)
        return try MustacheTemplate(string: prefix + text)
    }

    /// What is wrong with the template of a file.
    static func diagnostic(_ error: any Error, in file: FilePath) -> Diagnostic {
        guard let error = error as? MustacheTemplate.ParserError else {
            return .error(at: SourceLocation(file: file.string), "\(error)")
        }
        // The prefix stands in front of the first line.
        let column = error.context.columnNumber - (error.context.lineNumber == 1 ? prefix.count : 0)
        return .error(
            at: SourceLocation(file: file.string, line: error.context.lineNumber, column: max(1, column)),
            "the template cannot be compiled: \(message(for: error.error))")
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

    private static let prefix = "{{% CONTENT_TYPE:\(HTMLText.name)}}"
}
