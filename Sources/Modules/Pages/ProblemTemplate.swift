// The page for errors that the configuration brings along, in place of the built-in HTML.

import Configuration
import Files
import Mustache
import SystemPackage

/// A Mustache template with `code`, `message`, `explanation` and `request_id`.
package struct ProblemTemplate: Sendable {
    private let template: MustacheTemplate

    private static let mostBytes: UInt64 = 1 << 20

    /// Reads and compiles a template.
    ///
    /// - Parameter location: Where the configuration names the file.
    /// - Throws: Why the file can't be read, or what is wrong in it, with its line.
    package init(_ path: FilePath, namedAt location: SourceLocation) throws(ConfigurationFailure) {
        let bytes = try OpenFile.contents(of: path, limit: Self.mostBytes, namedAt: location)
        let own = TemplateFile(path, bytes)
        let mistakes = TemplateFile.mistakes(in: [own], builtIn: [:])
        guard mistakes.isEmpty else { throw ConfigurationFailure(mistakes) }
        template = try own.compiled()
    }

    func render(_ page: ProblemRepresentations) -> String {
        let model: [String: Any] = [
            "code": page.code, "message": page.reason, "explanation": page.explanation,
            "request_id": page.requestID,
        ]
        return template.render(model)
    }
}
