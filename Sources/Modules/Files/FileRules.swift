// What a section says of some files by their suffixes: Cache-Control and Content-Disposition.

import Configuration
import HTTPCore

/// Which Cache-Control a file gets.
struct CacheControlRules: Sendable {
    /// For what no suffix is named.
    var fallback = "no-cache"
    var bySuffix: [String: String] = [:]

    init(_ lines: [CacheControlRule] = []) {
        for line in lines {
            if line.suffixes.isEmpty { fallback = line.value }
            for suffix in line.suffixes { bySuffix[suffix] = line.value }
        }
    }

    func value(for name: some Sequence<UInt8>) -> String {
        guard !bySuffix.isEmpty else { return fallback }
        return FileName(name).suffixes.firstNonNil { bySuffix[$0] } ?? fallback
    }
}

/// A line of the key `cache_control`.
struct CacheControlRule: Sendable, Equatable {
    /// Without dots; none for all files.
    let suffixes: [String]
    let value: String
}

extension ValueType where Value == CacheControlRule {
    /// `value`, or `.suffix .suffix: value`.
    static var cacheControlRule: ValueType {
        ValueType(
            name: "value or .suffix…: value",
            format: { ($0.suffixes.map { ".\($0)" } + [""]).joined(separator: " ") + $0.value }
        ) { (text, _) throws(ValueProblem) in
            let (names, value) = try parts(of: text)
            guard FieldSyntax.isValue(value) else {
                throw ValueProblem("'\(value)' can't be the value of a field")
            }
            return CacheControlRule(suffixes: try names.map(suffix), value: value)
        }
    }

    private static func parts(of text: String) throws(ValueProblem) -> ([Substring], String) {
        guard text.hasPrefix(".") else { return ([], text) }
        guard let (names, value) = text.divided(at: ":") else {
            throw ValueProblem("'\(text)' is not of the form .suffix: value")
        }
        guard !value.isEmpty else { throw ValueProblem("'\(text)' has no value") }
        return (names.split { $0 == " " || $0 == "\t" }, value)
    }
}

/// `.suffix` without the dot, in lower case.
private func suffix(_ word: Substring) throws(ValueProblem) -> String {
    guard word.count > 1, word.hasPrefix("."), !word.contains("/") else {
        throw ValueProblem("'\(word)' is no suffix with its dot")
    }
    return word.dropFirst().lowercased()
}

/// Which files are for saving, not for showing.
enum DownloadRule: Sendable, Equatable {
    case none, all
    /// Without dots, in lower case.
    case suffixes([String])

    /// The value of Content-Disposition (RFC 6266) for a file; nil if it gets none.
    func disposition(of name: ArraySlice<UInt8>) -> String? {
        switch self {
        case .none: return nil
        case .all: break
        case .suffixes(let suffixes):
            guard FileName(name).suffixes.contains(where: suffixes.contains) else { return nil }
        }
        return ContentDisposition.attachment(name)
    }
}

extension ValueType where Value == DownloadRule {
    /// `yes`, `no`, or suffixes.
    static var downloadRule: ValueType {
        ValueType(
            name: "yes, no or .suffix…",
            format: {
                switch $0 {
                case .none: "no"
                case .all: "yes"
                case .suffixes(let suffixes): suffixes.map { ".\($0)" }.joined(separator: " ")
                }
            }
        ) { (text, _) throws(ValueProblem) in
            switch text.lowercased() {
            case "yes", "on": return .all
            case "no", "off": return .none
            default: break
            }
            var suffixes: [String] = []
            for word in text.split(whereSeparator: { $0 == " " || $0 == "\t" }) {
                suffixes.append(try suffix(word))
            }
            return .suffixes(suffixes)
        }
    }
}

/// The field by which a browser saves what it gets (RFC 6266).
enum ContentDisposition {
    /// `attachment` with the file's name: in ASCII for those that know no other, and as it is.
    static func attachment(_ name: some Sequence<UInt8>) -> String {
        let name = Array(name)
        let plain = name.map { isPlain($0) ? $0 : UInt8(ascii: "_") }
        let field = "attachment; filename=\"\(String(decoding: plain, as: UTF8.self))\""
        guard plain != name else { return field }
        // RFC 8187: UTF-8, whatever the file system has.
        let encoded = PercentEncoding.encode(segment: String(decoding: name, as: UTF8.self).utf8)
        return "\(field); filename*=UTF-8''\(encoded.replacing("'", with: "%27"))"
    }

    /// Whether a quoted string may have it and every client reads it alike.
    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x7F).contains(byte) && !"\"\\%".utf8.contains(byte)
    }
}
