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
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}
