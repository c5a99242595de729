// What a wiki's pages look like: templates and style sheets, the built-in ones or those of a folder.

import Configuration
import Files
import Mustache
import SystemPackage

/// The templates and files of a wiki, read when the handler is made.
struct WikiSite: Sendable {
    /// The path that all links begin with, encoded; empty for `/`.
    let mount: String
    private var templates: [String: MustacheTemplate] = [:]
    /// What is below `file/`, by name.
    private(set) var files = ["style.css": PageAsset(Self.styleSheet, named: "style.css")]

    private static let styleSheet = Array((pageStyle + "\n" + wikiStyle + "\n").utf8)

    /// Compiles the built-in templates, then those of a folder in their place.
    ///
    /// - Parameter location: Where the configuration names the folder.
    /// - Throws: Every template that can't be compiled, at its own file and line.
    init(mount: String, folder: FilePath?, at location: SourceLocation) throws(ConfigurationFailure) {
        self.mount = mount
        for (name, text) in WikiTemplates.all {
            do {
                templates[name] = try TemplateFile.compile(text)
            } catch {
                preconditionFailure("the wiki's template \(name): \(error)")
            }
        }
        guard let folder else { return }
        var diagnostics: [Diagnostic] = []
        var own: [TemplateFile] = []
        do throws(FileFailure) {
            for (name, bytes) in try Self.contents(of: folder) {
                if name.hasSuffix(TemplateFile.suffix) {
                    own.append(TemplateFile(name, in: folder, bytes))
                    compile(own[own.count - 1], &diagnostics)
                } else {
                    files[name] = PageAsset(bytes, named: name)
                }
            }
        } catch {
            diagnostics.append(.error(at: location, "the folder '\(folder)' cannot be read: \(error)"))
        }
        diagnostics += TemplateFile.mistakes(in: own, builtIn: WikiTemplates.all)
        if !diagnostics.isEmpty { throw ConfigurationFailure(diagnostics) }
    }

    /// Fills a template.
    func render(_ name: String, _ model: [String: Any]) -> String {
        guard let template = templates[name] else { preconditionFailure("there is no template \(name)") }
        return template.render(model, library: MustacheLibrary(templates: templates))
    }

    private mutating func compile(_ template: TemplateFile, _ diagnostics: inout [Diagnostic]) {
        do throws(ConfigurationFailure) {
            templates[template.name] = try template.compiled()
        } catch {
            diagnostics += error.diagnostics
        }
    }

    /// Templates, style sheets and pictures of a folder by name; other files are none of the wiki's.
    private static func contents(of folder: FilePath) throws(FileFailure) -> [(String, [UInt8])] {
        let root = try RootDirectory(folder)
        let top: [UInt8] = []
        var contents: [(String, [UInt8])] = []
        for entry in try root.open(top.span, mayBlock: true).entriesBlocking() {
            let name = String(decoding: entry.name, as: UTF8.self)
            guard entry.status.kind == .regular, name.first != ".",
                ([TemplateFile.suffix] + served).contains(where: { name.hasSuffix($0) })
            else { continue }
            let file = try root.open(entry.name.span, mayBlock: true)
            contents.append((name, try file.readBlocking(count: Int(file.status.size), at: 0)))
        }
        return contents.sorted { $0.0 < $1.0 }
    }

    private static let served = [".css", ".svg", ".png", ".jpg", ".gif", ".webp", ".ico", ".woff2"]
}
