// The templates below a folder, read and compiled at once: a request can reach nothing but what is in this table.

import Configuration
import Files
import Mustache
import SystemPackage

/// Compiled templates by their paths below a folder, without the suffix.
struct TemplateFolder: Sendable {
    private let templates: [String: MustacheTemplate]

    /// Entries of folders that are looked at: a root that was not meant must not be searched for long.
    private static let most = 10_000
    private static let types = ContentTypes(fallback: "text/html")

    /// Reads a folder and the folders in it; names that begin with a dot are left out.
    ///
    /// - Parameter location: Where the configuration names the folder.
    /// - Throws: Every template that can't be read or compiled, at its own file and line.
    init(_ folder: FilePath, at location: SourceLocation) throws(ConfigurationFailure) {
        MustacheContentTypes.register(JSONText(), named: JSONText.name)
        let found: [TemplateFile]?
        do throws(FileFailure) {
            found = try Self.files(of: folder)
        } catch {
            let message = "the folder '\(folder)' cannot be read: \(error)"
            throw ConfigurationFailure([.error(at: location, message)])
        }
        guard let files = found else {
            let message = "more than \(Self.most) files are below '\(folder)'"
            throw ConfigurationFailure([.error(at: location, message)])
        }
        var diagnostics = TemplateFile.mistakes(in: files, builtIn: [:])
        var templates: [String: MustacheTemplate] = [:]
        for file in files {
            do throws(ConfigurationFailure) {
                templates[file.name] = try file.compiled(escaping: Self.escaping(of: file.name))
            } catch {
                diagnostics += error.diagnostics
            }
        }
        guard diagnostics.isEmpty else { throw ConfigurationFailure(diagnostics) }
        self.templates = templates
    }

    /// nil if there is too much to look at.
    private static func files(of folder: FilePath) throws(FileFailure) -> [TemplateFile]? {
        let root = try RootDirectory(folder)
        var (found, folders, seen): ([TemplateFile], [String], Int) = ([], [""], 0)
        while let path = folders.popLast() {
            for entry in try root.open(path.utf8.span, mayBlock: true).entriesBlocking() {
                guard let name = String(validating: entry.name, as: UTF8.self), name.first != "." else {
                    continue
                }
                seen += 1
                guard seen <= most else { return nil }
                let path = path.isEmpty ? name : "\(path)/\(name)"
                if entry.status.kind == .directory, !entry.isLink { folders.append(path) }
                guard entry.status.kind == .regular, path.hasSuffix(TemplateFile.suffix) else { continue }
                let file = try root.open(path.utf8.span, mayBlock: true)
                let bytes = try file.readBlocking(count: Int(file.status.size), at: 0)
                found.append(TemplateFile(path, in: folder, bytes))
            }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// The content type of a template; nil if there is none of that name that is a page.
    ///
    /// What begins with an underscore is there for others to include.
    func type(of name: String) -> String? {
        guard templates[name] != nil, !name.split(separator: "/").contains(where: { $0.first == "_" }) else {
            return nil
        }
        return Self.types.type(of: name.utf8)
    }

    /// Fills a template.
    func render(_ name: String, _ model: [String: Any]) -> String {
        templates[name]?.render(model, library: MustacheLibrary(templates: templates)) ?? ""
    }

    /// How values become part of a text: as HTML wants it unless its type wants something else.
    private static func escaping(of name: String) -> String {
        let type = types.type(of: name.utf8)
        if type.hasPrefix("text/plain") { return "TEXT" }
        return type.hasPrefix("application/json") ? JSONText.name : HTMLText.name
    }
}

/// Escapes for what stands between the quotes of a string in JSON.
private struct JSONText: MustacheContentType {
    static let name = "PORTICO-JSON"

    func escapeText(_ text: String) -> String { String(JSONValue.string(text).line.dropFirst().dropLast()) }
}
