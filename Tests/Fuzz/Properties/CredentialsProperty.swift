// RFC 7617, RFC 7616: what an Authorization field says in the schemes Basic and Digest.
import FoundationEssentials
import HTTPCore

extension FuzzTarget {
    /// The input is the value of the field, in either scheme; then what is encoded in one.
    static let credentials = FuzzTarget("credentials") { input in
        let value = String(decoding: input, as: UTF8.self)
        for value in [value, "Basic " + value] { try isBasic(value) }
        try isBasic("basic " + Data(input).base64EncodedString())
        for value in [value, "Digest " + value] { try isDigest(value) }
        try carries(input)
    }

    private static func isBasic(_ value: String) throws(Violation) {
        let credentials = BasicCredentials(authorization: value)
        try require(credentials?.bytes, equals: basic(Array(value.utf8)), "name and password of \(value)")
        guard let credentials else { return }
        let parts = Array(credentials.user.utf8) + Array(":".utf8) + credentials.password
        try require(parts, equals: credentials.bytes, "name, colon and password")
        try require(!credentials.user.utf8.contains(UInt8(ascii: ":")), "the first colon")
    }

    /// What is encoded, by another decoder: it is right if encoding it again makes the same.
    private static func basic(_ value: [UInt8]) -> [UInt8]? {
        let scheme = value.drop { $0 == 0x20 }.prefix { $0 != 0x20 }
        guard scheme.map(\.lowercasedASCII) == Array("basic".utf8) else { return nil }
        let text = value[scheme.endIndex...].drop { $0 == 0x20 }
        let digits = text.prefix { $0 != UInt8(ascii: "=") }
        let padded = Array(digits) + Array(repeating: UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
        guard text.count == digits.count || Array(text) == padded,
            let data = Data(base64Encoded: Data(padded)),
            Array(data.base64EncodedData()) == padded
        else { return nil }
        let bytes = Array(data)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            String(validating: bytes[..<colon], as: UTF8.self) != nil,
            bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return bytes
    }

    private static func isDigest(_ value: String) throws(Violation) {
        guard let credentials = DigestCredentials(authorization: value) else { return }
        let parameters = FieldSyntax.list(String(value.drop { $0 == " " }.drop { $0 != " " }))
        let names = parameters.map { $0.prefix { $0 != "=" }.lowercased() }
        try require(Set(names).count, equals: names.count, "a parameter stands twice in \(value)")
        let values = try names.map { name throws(Violation) in
            guard let value = credentials[name] else { throw Violation(description: "\(name) of \(value)") }
            return value
        }
        let written = zip(names, values).reversed().map { "\($0)=\(quoted($1))" }.joined(separator: ",")
        let again = DigestCredentials(authorization: "digest  " + written)
        try require(names.map { again?[$0] }, equals: values, "\(value), quoted in another order")
    }

    private static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }
        return "\"\(scalars.joined())\""
    }

    /// Lines as the values of parameters; a name may not stand twice.
    private static func carries(_ input: [UInt8]) throws(Violation) {
        let lines = input.split(separator: UInt8(ascii: "\n")).prefix(8).map {
            String(decoding: $0, as: UTF8.self)
        }
        let parameters = lines.enumerated().map { "p\($0)=\(quoted($1))" }
        guard !parameters.isEmpty else { return }
        let field = "Digest " + parameters.joined(separator: " , ")
        let credentials = DigestCredentials(authorization: field)
        for (number, line) in lines.enumerated() {
            try require(credentials?["p\(number)"].map { Array($0.utf8) }, equals: Array(line.utf8), field)
        }
        try require(DigestCredentials(authorization: field + ",P0=x") == nil, "p0 stands twice")
    }
}
