// The module `template`: its keys, and how they become a handler.

import Configuration
import Files
import HandlerKit

extension ModuleDescriptor {
    /// Fills templates from requests.
    public static let template = ModuleDescriptor(
        name: "template", summary: "Serves Mustache templates, filled from the query and the configuration.",
        keys: [
            AnyKey(TemplateModule.root), AnyKey(TemplateModule.variables), AnyKey(TemplateModule.index),
        ]
    ) { (section, context) throws(ConfigurationFailure) in
        let templates = try TemplateFolder(
            section[TemplateModule.root], at: section.location(of: TemplateModule.root))
        return TemplateHandler(
            templates: templates, variables: section[TemplateModule.variables],
            index: section[TemplateModule.index], now: context.now)
    }
}

enum TemplateModule {
    static let root = Key(
        "root", .path,
        "The folder of the templates: NAME.mustache is served as NAME, and typed by its suffix, as HTML without."
    )
    static let variables = Key(
        "vars", .lines(.variable), default: "",
        "What a template can show beside the query, as NAME = VALUE; the key is repeated for each.")
    static let index = Key(
        "index", .word, default: "index.html", "The name that stands for its folder.")
}

/// A name and its value.
struct TemplateVariable: Sendable, Equatable {
    let name: String
    let value: String
}

extension ValueType where Value == TemplateVariable {
    /// `NAME = VALUE`; the value goes to the end of the line.
    static var variable: ValueType {
        ValueType(name: "NAME = VALUE", format: { "\($0.name) = \($0.value)" }) {
            (text, _) throws(ValueProblem) in
            guard let (left, value) = text.divided(at: "=") else {
                throw ValueProblem("'\(text)' is not of the form NAME = VALUE")
            }
            let name = left.split(separator: " ")
            let isName = { (name: Substring) in
                name.utf8.allSatisfy {
                    $0 == UInt8(ascii: "_") || Character(Unicode.Scalar($0)).isLetter && $0 < 0x80
                }
            }
            guard name.count == 1, isName(name[0]), !TemplateHandler.facts.contains(String(name[0])) else {
                throw ValueProblem(
                    "'\(left)' is no name for a variable: letters and _, none of "
                        + TemplateHandler.facts.joined(separator: ", "))
            }
            return TemplateVariable(name: String(name[0]), value: value)
        }
    }
}
