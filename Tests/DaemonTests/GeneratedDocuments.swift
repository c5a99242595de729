// The documents that repeat the tables of keys. To write them anew after a table changed:
// PORTICO_WRITE_DOCS=1 swift test --filter GeneratedDocumentTests

import Configuration
import HandlerKit
import Middleware
import Modules
import Server
import Testing

@testable import Daemon

/// A committed file whose tables of keys are made from the sources; all else in it is written by hand.
struct GeneratedDocument: Sendable, CustomTestStringConvertible {
    let path: String
    /// The file as it ought to be, given the file as it is.
    let renewed: @Sendable (String) -> String

    var testDescription: String { path }

    static let all = [
        GeneratedDocument(path: "config/portico.conf", renewed: ShippedConfiguration.renewed),
        GeneratedDocument(path: "docs/configuration.md") { text in
            renewed(text, from: "<!-- keys: ", to: "<!-- end of keys -->") { name in
                tables(name).map {
                    SchemaText(title: $0.title, summary: $0.summary, keys: $0.keys).markdown()
                }
                .joined(separator: "\n")
            }
        },
        GeneratedDocument(path: "man/portico.conf.5") { text in
            renewed(text, from: #".\" keys: "#, to: #".\" end of keys"#) { name in
                tables(name).map(ManualText.init).map(\.description).joined()
            }
        },
    ]

    /// A title, what it is for, and its keys.
    struct Table {
        let title: String
        let summary: String
        let keys: [AnyKey]

        init(_ schema: SectionSchema) {
            (title, summary, keys) = (schema.header, schema.summary, schema.keys)
        }

        init(_ title: String, _ summary: String, _ keys: [AnyKey]) {
            (self.title, self.summary, self.keys) = (title, summary, keys)
        }
    }

    private static func tables(_ name: Substring) -> [Table] {
        switch name {
        case "server": [Table(ServerKeys.schema)]
        case "listen": [Table(ListenKeys.schema)]
        case "http2": [Table(HTTP2Keys.schema)]
        case "tls": [Table(TLSKeys.schema)]
        case "handler": [Table(HandlerKeys.schema)]
        case "modules": Modules.shippedModules.map { Table("module = \($0.name)", $0.summary, $0.keys) }
        default: preconditionFailure("there is no table '\(name)'")
        }
    }

    /// Replaces what stands between each line `from NAME` and the next line `to`.
    private static func renewed(
        _ text: String, from beginning: String, to end: String, _ table: (Substring) -> String
    ) -> String {
        var result: [Substring] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == end[...] { isInside = false }
            if !isInside { result.append(line) }
            guard line.hasPrefix(beginning) else { continue }
            isInside = true
            let name = line.dropFirst(beginning.count).prefix { $0 != " " }
            result += table(name).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        }
        return result.joined(separator: "\n")
    }
}

/// A table of keys in the macros of man(7).
struct ManualText: CustomStringConvertible {
    let table: GeneratedDocument.Table

    init(_ table: GeneratedDocument.Table) {
        self.table = table
    }

    var description: String {
        ".SS \(Self.escaped(table.title))\n\(Self.escaped(table.summary))\n"
            + table.keys.map(Self.entry).joined()
    }

    private static func entry(_ key: AnyKey) -> String {
        let type = key.unit.map { "\(key.typeName) (\($0))" } ?? key.typeName
        let fallback = key.defaultText.map { $0.isEmpty ? "empty" : "default \\fB\(escaped($0))\\fR" }
        let facts = [
            escaped(type), key.bounds.map(escaped), fallback ?? (key.isRequired ? "required" : "optional"),
        ]
        let restart = key.needsRestart ? " A change needs a restart." : ""
        return ".TP\n\\fB\(key.name)\\fR: \(facts.compactMap(\.self).joined(separator: ", "))\n"
            + "\(escaped(key.summary + restart))\n"
    }

    /// Text that no macro and no escape is read out of; a hyphen stays one for those who copy it.
    static func escaped(_ text: String) -> String {
        var result = text.first == "." || text.first == "'" ? #"\&"# : ""
        for character in text {
            switch character {
            case "\\": result += #"\e"#
            case "-": result += #"\-"#
            case "…": result += "..."
            default: result.append(character)
            }
        }
        return result
    }
}
