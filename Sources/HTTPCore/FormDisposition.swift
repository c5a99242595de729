// Owns the reading of a part's Content-Disposition (RFC 7578 §4.2, RFC 2183 §2), in which browsers write quotes as the
// HTML standard says ("multipart form data": %22, %0D, %0A), and other clients as quoted strings have them.

/// What a Content-Disposition of the type form-data says.
struct FormDisposition {
    let name: String
    let fileName: String?

    /// Reads the value; nil if it is malformed, of another type, without a name, or has one parameter twice.
    init?(_ value: ArraySlice<UInt8>) {
        var reader = Reader(rest: value)
        guard reader.takeToken() == "form-data" else { return nil }
        var parameters: [String: String] = [:]
        while reader.take(UInt8(ascii: ";")) {
            guard let name = reader.takeToken(), reader.take(UInt8(ascii: "=")),
                let value = reader.takeValue(), parameters.updateValue(value, forKey: name) == nil
            else { return nil }
        }
        guard reader.rest.isEmpty, let name = parameters["name"] else { return nil }
        self.name = name
        fileName = parameters["filename"]
    }
}

/// Takes one thing after another off the front.
private struct Reader {
    var rest: ArraySlice<UInt8>

    /// Takes that byte, and white space around it.
    mutating func take(_ byte: UInt8) -> Bool {
        let content = rest.drop(while: FieldSyntax.isWhitespace)
        guard content.first == byte else { return false }
        rest = content.dropFirst().drop(while: FieldSyntax.isWhitespace)
        return true
    }

    /// Takes a token, which is returned in lower case.
    mutating func takeToken() -> String? {
        let token = rest.prefix(while: ByteSet.token.contains)
        rest = rest[token.endIndex...]
        return token.isEmpty ? nil : String(decoding: token.map(\.lowercasedASCII), as: UTF8.self)
    }

    /// Takes a quoted string, or a token with bytes beyond ASCII.
    mutating func takeValue() -> String? {
        if rest.first == UInt8(ascii: "\"") { return takeQuoted() }
        let token = rest.prefix { ByteSet.token.contains($0) || $0 >= 0x80 }
        rest = rest[token.endIndex...]
        return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
    }

    private mutating func takeQuoted() -> String? {
        var output: [UInt8] = []
        rest.removeFirst()
        while let byte = rest.first, byte != UInt8(ascii: "\"") {
            let (character, length) = escaped ?? (byte, 1)
            output.append(character)
            rest.removeFirst(length)
        }
        return rest.popFirst() == nil ? nil : String(decoding: output, as: UTF8.self)
    }

    /// The byte that what comes next stands for, and the length of that: a backslash before a quote or another
    /// backslash, but not the one in `C:\folder`, and the three triplets that browsers write.
    private var escaped: (UInt8, Int)? {
        let next = rest.dropFirst().first
        switch (rest.first, next) {
        case (UInt8(ascii: "\\"), UInt8(ascii: "\"")): return (UInt8(ascii: "\""), 2)
        case (UInt8(ascii: "\\"), UInt8(ascii: "\\")): return (UInt8(ascii: "\\"), 2)
        case (UInt8(ascii: "%"), _):
            guard let byte = PercentEncoding.byte(in: rest.span, at: 0) else { return nil }
            return byte == UInt8(ascii: "\"") || byte == 0x0D || byte == 0x0A ? (byte, 3) : nil
        default: return nil
        }
    }
}
