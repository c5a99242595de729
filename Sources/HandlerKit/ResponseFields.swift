// The fields of a response. A value with a control character is kept out and remembered: with CR and LF it would begin
// a line that the handler did not mean.

import HTTPCore
import HTTPTypes

/// The fields that a handler answers with.
///
/// ```swift
/// var response = Response(.found, fields: [.cacheControl: "no-store"])
/// response.fields[.location] = target
/// ```
///
/// A value that has a control character other than the tab (RFC 9110 §5.5) does not get in; the server answers with a
/// 500 in place of such a response and logs the field's name. White space at a value's ends is left out.
public struct ResponseFields: Sendable, ExpressibleByDictionaryLiteral {
    /// The fields in their order, as they are sent.
    public var valid: HTTPFields {
        guard let encoding else { return others }
        guard !others.isEmpty else { return encoding.fields }
        var all = encoding.fields
        all.append(contentsOf: others)
        return all
    }
    /// The first field whose value was kept out; nil if none was.
    public private(set) var refused: String?
    /// The first of the fields as they go out; nil unless ``encoded()`` made it, and after a change of one of them.
    package private(set) var encoding: EncodedFields?
    /// The fields behind those of ``encoding``.
    package private(set) var others: HTTPFields

    /// The fields as the ecosystem's own type has them, which has turned control characters into spaces.
    public init(_ fields: HTTPFields = [:]) {
        others = fields
    }

    /// The fields of a literal, in its order.
    public init(dictionaryLiteral elements: (HTTPField.Name, String)...) {
        others = HTTPFields()
        others.reserveCapacity(elements.count)
        for (name, value) in elements { append(name, value) }
    }

    /// The value of a field, several joined by commas; setting replaces them all, with nil by none.
    public subscript(name: HTTPField.Name) -> String? {
        get { valid[name] }
        set {
            if let newValue, accept(newValue, of: name) == nil { return }
            others = valid
            encoding = nil
            others[name] = newValue
        }
    }

    /// Appends a field, beside those of the same name.
    public mutating func append(_ name: HTTPField.Name, _ value: String) {
        if let field = accept(value, of: name) { others.append(field) }
    }

    /// Appends all of `other`.
    public mutating func append(contentsOf other: ResponseFields) {
        others.append(contentsOf: other.valid)
        refused = refused ?? other.refused
    }

    /// The same fields, encoded now for all responses that will have them: for a handler that makes them once.
    public func encoded() -> ResponseFields {
        guard refused == nil, let encoding = EncodedFields(valid) else { return self }
        var copy = ResponseFields()
        copy.encoding = encoding
        return copy
    }

    /// The field, nil if its value is kept out.
    private mutating func accept(_ value: String, of name: HTTPField.Name) -> HTTPField? {
        let field = HTTPField(name: name, value: value)
        // What HTTPField found nothing to change in is the same string: nothing has to be compared.
        if field.value == value { return field }
        let bytes = value.utf8.span
        for index in bytes.indices where FieldSyntax.isControl(bytes[index]) {
            refused = refused ?? name.rawName
            return nil
        }
        return field
    }

    /// - Throws: ``InvalidFieldValue`` if a value was kept out.
    package func check() throws(InvalidFieldValue) {
        if let refused { throw InvalidFieldValue(name: refused) }
    }
}

/// A handler's mistake: a value that no field may have.
public struct InvalidFieldValue: Error, Sendable, Equatable, CustomStringConvertible {
    /// The field's name.
    public let name: String

    package init(name: String) { self.name = name }

    /// What is wrong, for the log; the value is not in it.
    public var description: String { "the handler's value of \(name) has a control character" }
}

extension ResponseFields: Hashable {
    /// Whether both have the same fields, encoded or not.
    public static func == (one: ResponseFields, other: ResponseFields) -> Bool {
        one.valid == other.valid && one.refused == other.refused
    }

    /// Hashes the fields.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(valid)
        hasher.combine(refused)
    }
}
