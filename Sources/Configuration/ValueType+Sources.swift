// The types for what is kept apart from the configuration: certificates, keys, passwords.

import SystemPackage

/// Where a secret, or what belongs to one, comes from.
package enum FileSource: Sendable, Hashable {
    /// It is made, where that can be.
    case auto
    /// A file.
    case file(FilePath)
    /// A credential of the service manager, see systemd.exec(5) on `LoadCredential=`.
    case credential(String)
}

extension ValueType where Value == FileSource {
    /// `auto`, a path, or `credential:NAME`.
    package static var identitySource: ValueType {
        ValueType(name: "auto, path or credential:NAME") { (text, context) throws(ValueProblem) in
            text == "auto" ? .auto : try source(text, context)
        }
    }

    /// A path, or `credential:NAME`.
    package static var fileSource: ValueType {
        ValueType(name: "path or credential:NAME") { (text, context) throws(ValueProblem) in
            try source(text, context)
        }
    }

    private static func source(_ text: String, _ context: ValueContext) throws(ValueProblem) -> Value {
        guard text.hasPrefix("credential:") else { return .file(context.folder.pushing(FilePath(text))) }
        let name = String(text.dropFirst(11))
        guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else {
            throw ValueProblem("'\(text)' is not the name of a credential", offset: 11)
        }
        return .credential(name)
    }
}
