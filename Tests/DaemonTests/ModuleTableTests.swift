// The tables of all modules, as a user reads them.

import Configuration
import HandlerKit
import Modules
import Server
import Testing

@testable import Daemon

extension ModuleDescriptor: CustomTestStringConvertible {
    /// The name.
    public var testDescription: String { name }
}

@Suite("The tables of the modules")
struct ModuleTableTests {
    @Test("No two modules have one name")
    func names() {
        let names = Modules.shippedModules.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(
        "No key of a module has the name of another, or of a key that every handler has",
        arguments: Modules.shippedModules)
    func clashes(_ module: ModuleDescriptor) {
        let names = HandlerSection.keys(of: module).map(\.name)
        #expect(Set(names).count == names.count, "\(names)")
    }

    @Test(
        "Names are lower case with underscores, a dot before what belongs to a group, and each key has a sentence",
        arguments: Modules.shippedModules)
    func spelling(_ module: ModuleDescriptor) {
        let sections = [ServerKeys.schema, ListenKeys.schema, HTTP2Keys.schema, TLSKeys.schema]
        for key in HandlerSection.keys(of: module) + sections.flatMap(\.keys) {
            #expect(key.name.wholeMatch(of: /[a-z_]+(\.[a-z0-9_]+)?/) != nil, "\(key.name)")
            #expect(key.summary.hasSuffix("."), "\(key.name)")
        }
        #expect(module.summary.hasSuffix("."))
    }

    @Test("portico modules NAME names each key, within 80 columns", arguments: Modules.shippedModules)
    func plainText(_ module: ModuleDescriptor) {
        let text = SchemaText(
            title: module.name, summary: module.summary, keys: HandlerSection.keys(of: module)
        ).plain()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == module.name[...])
        #expect(lines.allSatisfy { $0.count <= 80 })
        for key in HandlerSection.keys(of: module) {
            #expect(lines.contains { $0.hasPrefix("  \(key.name) ") || $0 == "  \(key.name)" }, "\(key.name)")
        }
    }
}
