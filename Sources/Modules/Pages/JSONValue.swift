// A JSON text (RFC 8259) as a value, which keeps what others lose: numbers as they were written, members in order.

/// A value of JSON.
enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number as it is written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A name and its value; a name may stand twice in an object, as RFC 8259 §4 lets it.
    struct Member: Sendable, Hashable {
        let name: String
        let value: JSONValue
    }

    /// A number.
    static func integer(_ value: some BinaryInteger) -> JSONValue { .number("\(value)") }

    /// An object of the members that have a value.
    static func object(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(members.compactMap { name, value in value.map { Member(name: name, value: $0) } })
    }

    /// The value in lines that are indented by two spaces, without a newline at the end.
    var pretty: String {
        var output = ""
        write(to: &output, indentation: 0)
        return output
    }

    /// The value in one line.
    var line: String {
        var output = ""
        write(to: &output, indentation: nil)
        return output
    }

    private func write(to output: inout String, indentation: Int?) {
        switch self {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .number(let text): output += text
        case .string(let text): Self.write(text, to: &output)
        case .array(let values):
            Self.write(values, "[", "]", to: &output, indentation) { $0.write(to: &$1, indentation: $2) }
        case .object(let members):
            Self.write(members, "{", "}", to: &output, indentation) { member, output, indentation in
                Self.write(member.name, to: &output)
                output += ": "
                member.value.write(to: &output, indentation: indentation)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], _ begin: String, _ end: String, to output: inout String, _ indentation: Int?,
        item write: (Item, inout String, Int?) -> Void
    ) {
        let inner = indentation.map { $0 + 2 }
        output += begin
        for (index, item) in items.enumerated() {
            if index > 0 { output += inner == nil ? ", " : "," }
            if let inner { output += "\n" + String(repeating: " ", count: inner) }
            write(item, &output, inner)
        }
        if let indentation, !items.isEmpty { output += "\n" + String(repeating: " ", count: indentation) }
        output += end
    }

    private static func write(_ text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}":
                let digits = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}
