// Writes JSON, in one line or in lines for people.

extension JSONValue {
    /// The value in lines that are indented by two spaces, without a newline at the end.
    var pretty: String { pretty(cutBeyond: .max) }

    /// The same; a value that has more than so many bytes is written at least so far, and need not be written to its
    /// end.
    func pretty(cutBeyond limit: Int) -> String {
        var writer = JSONWriter(isPretty: true, limit: limit)
        writer.write(self, indentation: 0)
        return writer.output
    }

    /// The value in one line.
    var line: String {
        var writer = JSONWriter(isPretty: false, limit: .max)
        writer.write(self, indentation: 0)
        return writer.output
    }
}

private struct JSONWriter {
    let isPretty: Bool
    /// Nothing more is begun beyond so many bytes.
    let limit: Int
    private(set) var output = ""

    init(isPretty: Bool, limit: Int) {
        self.isPretty = isPretty
        self.limit = limit
    }

    mutating func write(_ value: JSONValue, indentation: Int) {
        switch value {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .number(let text): output += text
        case .string(let text): write(text)
        case .array(let values):
            write(values, "[", "]", indentation) { $0.write($1, indentation: $2) }
        case .object(let members):
            write(members, "{", "}", indentation) { writer, member, indentation in
                writer.write(member.name)
                writer.output += ": "
                writer.write(member.value, indentation: indentation)
            }
        }
    }

    private mutating func write<Item>(
        _ items: [Item], _ begin: String, _ end: String, _ indentation: Int,
        item write: (inout JSONWriter, Item, Int) -> Void
    ) {
        output += begin
        for (index, item) in items.enumerated() {
            guard output.utf8.count <= limit else { return }
            if index > 0 { output += isPretty ? "," : ", " }
            breakLine(indentation + 2)
            write(&self, item, indentation + 2)
        }
        if !items.isEmpty { breakLine(indentation) }
        output += end
    }

    private mutating func breakLine(_ indentation: Int) {
        if isPretty { output += "\n" + String(repeating: " ", count: indentation) }
    }

    private mutating func write(_ text: String) {
        output += "\""
        for scalar in text.unicodeScalars.prefix(limit) {
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
