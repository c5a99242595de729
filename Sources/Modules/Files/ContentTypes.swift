// The content type of a file by its name. The longest suffix wins: `.tar.gz` before `.gz`.

import Configuration
import HTTPCore

/// Content types by suffix: the built-in table and what a section adds.
struct ContentTypes: Sendable {
    private let additions: [String: String]
    private let fallback: String

    /// - Parameters:
    ///   - additions: Pairs of a suffix without its dot, in lower case, and a type; the last of a suffix counts.
    ///   - fallback: The type of all other files.
    init(additions: [(String, String)] = [], fallback: String = "application/octet-stream") {
        self.additions = Dictionary(additions) { _, last in last }
        self.fallback = fallback
    }

    /// The value of `Content-Type` for a file's name; text comes with `charset=utf-8`.
    func type(of name: some Sequence<UInt8>) -> String {
        known(name) ?? Self.withCharset(fallback)
    }

    /// The same; nil for a name whose suffix is in neither table.
    func known(_ name: some Sequence<UInt8>) -> String? {
        let name = FileName(name)
        if let type = textNames[name.text] { return type }
        return name.suffixes.firstNonNil { additions[$0] ?? contentTypesBySuffix[$0] }
            .map(Self.withCharset)
    }

    private static func withCharset(_ type: String) -> String {
        let isText = type.hasPrefix("text/") || charsetTypes.contains(type)
        return isText && !type.utf8.contains(UInt8(ascii: ";")) ? type + "; charset=utf-8" : type
    }

    /// JSON is not among them: RFC 8259 §11 knows no charset parameter, it is UTF-8 anyway.
    private static let charsetTypes: Set<String> = [
        "application/xml", "application/xhtml+xml", "image/svg+xml",
    ]
}

/// Files that are text by their whole name.
private let textNames: [String: String] = Dictionary(
    uniqueKeysWithValues: [
        "authors", "changelog", "copying", "dockerfile", "license", "makefile", "notice", "readme",
    ].map { ($0, "text/plain; charset=utf-8") })

/// A type for a suffix, as the key `types` says it.
struct TypeOfSuffix: Sendable, Equatable {
    let suffix: String
    let type: String
}

extension ValueType where Value == TypeOfSuffix {
    /// `.suffix=type/subtype`.
    static var typeOfSuffix: ValueType {
        ValueType(name: ".suffix=type", format: { ".\($0.suffix)=\($0.type)" }) {
            (text, _) throws(ValueProblem) in
            guard text.hasPrefix("."), let equals = text.firstIndex(of: "=") else {
                throw ValueProblem("'\(text)' is not of the form .suffix=type/subtype")
            }
            let suffix = text[..<equals].dropFirst().lowercased()
            let type = String(text[text.index(after: equals)...])
            guard !suffix.isEmpty, !suffix.contains("/") else {
                throw ValueProblem("'\(text)' names no suffix")
            }
            guard MediaType(type) != nil else { throw ValueProblem("'\(type)' is not a content type") }
            return TypeOfSuffix(suffix: suffix, type: type)
        }
    }
}

extension ValueType where Value == String {
    /// `type/subtype`, with parameters or not.
    static var contentType: ValueType {
        ValueType(name: "content type", format: { $0 }) { (text, _) throws(ValueProblem) in
            guard MediaType(text) != nil else { throw ValueProblem("'\(text)' is not a content type") }
            return text
        }
    }
}
