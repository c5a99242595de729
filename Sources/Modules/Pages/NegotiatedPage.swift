// A page in the three forms that a client can ask for. Every page of the server goes through here.

import FoundationEssentials
import HTTPCore
import HTTPTypes
import HandlerKit

/// A page that exists as HTML, as JSON and as text; each is made only when it is asked for.
protocol NegotiatedPage {
    associatedtype Document: Encodable
    /// The page for people.
    var html: String { get }
    /// What the JSON form says; names become `snake_case`.
    var document: Document { get }
    /// The page for a terminal, ending in a newline.
    var text: String { get }
}

extension NegotiatedPage {
    /// The bytes of one form. For a page of thousands of rows it takes a while: call it in the blocking pool.
    func rendered(as form: Representation) throws -> [UInt8] {
        switch form {
        case .html: return Array(html.utf8)
        case .text: return Array(text.utf8)
        case .json: return try encodedJSON(document) + [UInt8(ascii: "\n")]
        }
    }
}

/// A document in indented lines without a newline at the end, its names in `snake_case` and in order.
func encodedJSON(_ document: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(document))
}

extension Response {
    /// The page in the form that the fields of a request ask for (``HTTPCore/ContentNegotiation``).
    static func negotiated(
        _ page: some NegotiatedPage, for fields: HTTPFields, status: HTTPResponse.Status = .ok,
        jsonType: String = "application/json"
    ) throws -> Response {
        let form = ContentNegotiation.representation(for: fields)
        return .page(try page.rendered(as: form), as: form, status: status, jsonType: jsonType)
    }

    /// A page that was rendered before.
    static func page(
        _ bytes: [UInt8], as form: Representation, status: HTTPResponse.Status = .ok,
        jsonType: String = "application/json"
    ) -> Response {
        var fields: ResponseFields = [.vary: "Accept", .xContentTypeOptions: "nosniff"]
        switch form {
        case .html:
            fields[.contentType] = "text/html; charset=utf-8"
            fields[.contentSecurityPolicy] = contentSecurityPolicy
        case .json: fields[.contentType] = jsonType
        case .text: fields[.contentType] = "text/plain; charset=utf-8"
        }
        return Response(status, fields: fields, body: .bytes(bytes))
    }

    /// Pages load nothing and run nothing: a byte that escaped the escaping would still do no harm.
    private static let contentSecurityPolicy = """
        default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; \
        frame-ancestors 'none'
        """
}
