// Owns what the fields of a form's part say (RFC 7578 §4.2, §4.8): each part names the field that it is the value of.
import HTTPTypes

/// One part of a form, without its data.
public struct MultipartPart: Sendable, Hashable {
    /// The name of the form's field; several parts may have the same.
    ///
    /// It may be any text, also with control characters: browsers write `"`, CR and LF as `%22`, `%0D` and `%0A`, and
    /// these are decoded. No other triplet is, for browsers write `%` as it is. Bytes that are not UTF-8 become U+FFFD.
    public let name: String
    /// The name of the file that the data comes from, decoded as ``name`` is; nil if it comes from no file, empty
    /// where nobody chose one. Whoever saves the data doesn't use it as a path (RFC 7578 §4.2).
    ///
    /// `filename*` doesn't count (RFC 7578 §4.2).
    public let fileName: String?
    /// All the part's fields, Content-Disposition too, in their order.
    public let fields: HTTPFields

    /// What the data is; text where that isn't said (RFC 7578 §4.4).
    public var contentType: MediaType {
        fields[.contentType].flatMap { MediaType($0) } ?? MediaType(type: "text", subtype: "plain")
    }

    /// Reads the fields of a part, with the empty line after them. Every line ends in CRLF.
    init(head: [UInt8]) throws(HTTPSyntaxError) {
        var fields = HTTPFields()
        var disposition: FormDisposition?
        for line in head.dropLast(2).split(separator: UInt8(ascii: "\n")) {
            let (name, value) = try Self.field(line.dropLast())
            if name == .contentDisposition {
                guard disposition == nil else { throw Self.unnamed }
                disposition = FormDisposition(value)
            }
            fields.append(HTTPField(name: name, value: value))
        }
        guard let disposition else { throw Self.unnamed }
        name = disposition.name
        fileName = disposition.fileName
        self.fields = fields
    }

    /// The name and the value of a line; as in a request, none is folded.
    private static func field(
        _ line: ArraySlice<UInt8>
    ) throws(HTTPSyntaxError) -> (HTTPField.Name, ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
            let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        else { throw malformed }
        var value = line[(colon + 1)...].drop(while: FieldSyntax.isWhitespace)
        while let last = value.last, FieldSyntax.isWhitespace(last) { value.removeLast() }
        guard FieldSyntax.isValue(value.span) else { throw malformed }
        return (name, value)
    }

    private static let malformed = HTTPSyntaxError(
        .malformedPart, context: "the header of a part is malformed")
    private static let unnamed = HTTPSyntaxError(
        .malformedPart, context: "a part's Content-Disposition does not name it")
}
