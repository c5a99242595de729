// The checkout's files, and configurations from text.

import Configuration
import FoundationEssentials
import HandlerKit
import Modules
import SystemPackage

@testable import Daemon

/// The checkout that these tests were built from.
let checkout = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()

/// A text file, whole.
func readText(_ path: FilePath) throws -> String {
    try String(contentsOfFile: path.string, encoding: .utf8)
}

/// What a configuration comes to, and what there is to say about it: `line:column: severity: message` each.
func settings(_ text: String, modules: [ModuleDescriptor] = Modules.shippedModules) -> (Settings?, [String]) {
    var diagnostics: [Diagnostic] = []
    let document = Document(parsing: text, file: "f", folder: "/", into: &diagnostics)
    let settings = Settings(document, modules: modules, into: &diagnostics)
    return (settings, diagnostics.inOrderOfPlace.map { String($0.description.dropFirst(2)) })
}
