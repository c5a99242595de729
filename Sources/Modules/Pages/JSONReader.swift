// Reads JSON by the letter of RFC 8259. Its depth is bounded, since whoever sends a text decides how deep it is.

extension JSONValue {
    /// Reads a text in UTF-8.
    ///
    /// A lone surrogate, which an escape may name, becomes U+FFFD.
    /// - Throws: where it stops to be JSON; what lies deeper than 128 arrays and objects isn't read either.
    init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
        var reader = JSONReader(bytes: bytes)
        self = try reader.text()
    }
}

/// Where a text stops to be JSON.
struct JSONSyntaxError: Error, Hashable, CustomStringConvertible {
    /// In bytes.
    let offset: Int

    var description: String { "no JSON from byte \(offset) on" }
}

private struct JSONReader {
    private static let deepest = 128

    let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }
    private var failure: JSONSyntaxError { JSONSyntaxError(offset: index) }

    mutating func text() throws(JSONSyntaxError) -> JSONValue {
        let value = try value()
        skipWhitespace()
        guard index == bytes.count else { throw failure }
        return value
    }

    private static func value(_ reader: inout JSONReader) throws(JSONSyntaxError) -> JSONValue {
        try reader.value()
    }

    private static func member(_ reader: inout JSONReader) throws(JSONSyntaxError) -> JSONValue.Member {
        try reader.member()
    }

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        skipWhitespace()
        switch next {
        case UInt8(ascii: "{"): return .object(try list(until: UInt8(ascii: "}"), item: Self.member))
        case UInt8(ascii: "["): return .array(try list(until: UInt8(ascii: "]"), item: Self.value))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func skipWhitespace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        for byte in word.utf8 {
            guard take(byte) else { throw failure }
        }
        return value
    }

    /// What stands in brackets, between commas.
    private mutating func list<Item>(
        until end: UInt8, item: (inout JSONReader) throws(JSONSyntaxError) -> Item
    ) throws(JSONSyntaxError) -> [Item] {
        guard depth < Self.deepest else { throw failure }
        depth += 1
        defer { depth -= 1 }
        index += 1
        var items: [Item] = []
        skipWhitespace()
        if take(end) { return items }
        while true {
            items.append(try item(&self))
            skipWhitespace()
            if take(end) { return items }
            guard take(UInt8(ascii: ",")) else { throw failure }
        }
    }

    private mutating func member() throws(JSONSyntaxError) -> JSONValue.Member {
        skipWhitespace()
        guard next == UInt8(ascii: "\"") else { throw failure }
        let name = try string()
        skipWhitespace()
        guard take(UInt8(ascii: ":")) else { throw failure }
        return JSONValue.Member(name: name, value: try value())
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        index += 1
        let start = index
        var text: [UInt8] = []
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw failure }
            index += 1
            if byte == UInt8(ascii: "\\") {
                text += try escaped()
            } else {
                text.append(byte)
            }
        }
        guard take(UInt8(ascii: "\"")) else { throw failure }
        guard let string = String(validating: text, as: UTF8.self) else {
            throw JSONSyntaxError(offset: start)
        }
        return string
    }

    /// What stands after a backslash, as UTF-8.
    private mutating func escaped() throws(JSONSyntaxError) -> [UInt8] {
        guard let byte = next else { throw failure }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(decoding: try codeUnits(), as: UTF16.self).utf8)
        default:
            index -= 1
            throw failure
        }
    }

    /// The code unit of `uXXXX`, and the second one of a pair.
    private mutating func codeUnits() throws(JSONSyntaxError) -> [UInt16] {
        let first = try codeUnit()
        let rest = index
        guard UTF16.isLeadSurrogate(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            index = rest
            return [first]
        }
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(second) else {
            index = rest
            return [first]
        }
        return [first, second]
    }

    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw failure
            }
            unit = unit << 4 | UInt16(digit)
            index += 1
        }
        return unit
    }

    /// RFC 8259 §6: no plus sign, no leading zero, a digit on each side of the point.
    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = index
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = index
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        guard index > start else { throw failure }
    }
}
