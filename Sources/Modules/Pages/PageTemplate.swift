// The frame that all HTML pages share. A page is a Mustache template, compiled once, and a value that fills it.

import Mustache

/// A page's template inside the frame.
///
/// What fills it has a property `title`, and one for each name in the body. Values are escaped by ``HTMLText``.
struct PageTemplate: Sendable {
    private let template: MustacheTemplate

    /// What a template is of a page that is sent in parts.
    enum Part {
        case whole, beginning, end
    }

    /// Compiles a page; a template that is not well formed is a mistake of the program, and traps.
    ///
    /// - Parameter style: what the page needs beside the style sheet of all.
    init(_ body: String, as part: Part = .whole, style: String = "") {
        MustacheContentTypes.register(HTMLText(), named: HTMLText.name)
        let head = part == .whole || part == .beginning ? Self.head(style) : ""
        let foot = part == .whole || part == .end ? Self.foot : ""
        do {
            template = try MustacheTemplate(string: Self.contentType + head + body + foot)
        } catch {
            preconditionFailure("a page's template: \(error)")
        }
    }

    /// The page as HTML.
    func render(_ model: some Any) -> String {
        template.render(model)
    }

    private static let contentType = "{{% CONTENT_TYPE:\(HTMLText.name)}}\n"

    private static func head(_ style: String) -> String {
        """
        \(headStart)
        <style>
        \(pageStyle)\(style)
        </style>
        </head>
        <body>
        <main>

        """
    }

    /// What every page begins with, up to its style.
    static let headStart = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{{title}}</title>
        <link rel="icon" href="data:image/svg+xml,\(icon)">
        """

    private static let foot = """

        </main>
        <footer>\(arch) Portico</footer>
        </body>
        </html>

        """

    /// The mark: a portico of a roof and three columns.
    static let arch = """
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1 1 5v2h14V5zM2 8h2v5H2zm5 0h2v5H7zm5 0h2v5h-2zM1 14h14v1.5H1z"/></svg>
        """

    private static let icon = """
        %3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%235b7fd6' \
        d='M8 1 1 5v2h14V5zM2 8h2v5H2zm5 0h2v5H7zm5 0h2v5h-2zM1 14h14v1.5H1z'/%3E%3C/svg%3E
        """
}
