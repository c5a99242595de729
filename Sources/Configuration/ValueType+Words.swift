// The types that are words, texts and paths.

import SystemPackage

extension ValueType where Value == String {
    /// Any text: the value as it stands to the end of its line.
    public static var string: ValueType {
        ValueType(name: "text", format: { $0 }) { text, _ in text }
    }

    /// One word without blanks, such as a name, an address or a host.
    public static var word: ValueType {
        ValueType(name: "word", format: { $0 }) { (text, _) throws(ValueProblem) in
            if let blank = text.unicodeScalars.firstIndex(where: \.isBlank) {
                throw ValueProblem(
                    "one word is expected, not several",
                    offset: text.distance(from: text.startIndex, to: blank))
            }
            return text
        }
    }

    /// One of a few words.
    public static func choice(of words: [String]) -> ValueType {
        ValueType(name: choiceName(words), format: { $0 }) { (text, _) throws(ValueProblem) in
            guard words.contains(text) else { throw notAChoice(text, words) }
            return text
        }
    }
}

extension ValueType where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the raw values of an enumeration.
    public static func choice(_ type: Value.Type = Value.self) -> ValueType {
        let words = Value.allCases.map(\.rawValue)
        return ValueType(name: choiceName(words), format: \.rawValue) { (text, _) throws(ValueProblem) in
            guard let value = Value(rawValue: text) else { throw notAChoice(text, words) }
            return value
        }
    }
}

private func choiceName(_ words: [String]) -> String { "one of " + words.joined(separator: ", ") }

private func notAChoice(_ text: String, _ words: [String]) -> ValueProblem {
    ValueProblem("'\(text)' is not \(choiceName(words))" + suggestion(for: text, among: words))
}

extension ValueType where Value == Bool {
    /// `yes`, `on`, `true`, `1`, or `no`, `off`, `false`, `0`, in any case.
    public static var yesNo: ValueType {
        ValueType(name: "yes or no", format: { $0 ? "yes" : "no" }) { (text, _) throws(ValueProblem) in
            guard let value = Bool(yesOrNo: text) else {
                throw ValueProblem("'\(text)' is neither yes nor no")
            }
            return value
        }
    }
}

extension Bool {
    /// What one of the words of ``ValueType/yesNo`` says; nil for others.
    package init?(yesOrNo text: String) {
        switch text.lowercased() {
        case "yes", "on", "true", "1": self = true
        case "no", "off", "false", "0": self = false
        default: return nil
        }
    }
}

extension ValueType where Value == FilePath {
    /// A path, blanks included; a relative one starts from the folder of the main configuration file.
    public static var path: ValueType {
        ValueType(name: "path", format: \.string) { text, context in
            context.folder.pushing(FilePath(text))
        }
    }
}
