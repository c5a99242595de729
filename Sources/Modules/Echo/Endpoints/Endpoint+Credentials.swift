// Answers that depend on what a client brings along: cookies and credentials.

import FoundationEssentials
import HTTPCore
import HTTPTypes
import HandlerKit

extension EndpointCall {
    /// Shows cookies, sets them, or takes them away.
    func cookies() throws -> Response {
        switch arguments.first {
        case nil: return .json(.object(["cookies": CookieItems(request.fields).json]))
        case "set" where arguments.count == 3:
            return try setting([Cookie(name: String(arguments[1]), value: String(arguments[2]))])
        case "set" where arguments.count == 1:
            return try setting(query.map { Cookie(name: $0.name, value: $0.value) })
        case "delete" where arguments.count == 1:
            return try setting(query.map { Cookie(name: $0.name, value: nil) })
        default: throw HandlerFailure(.notFound)
        }
    }

    private func setting(_ cookies: [Cookie]) throws -> Response {
        var response = Response(.found, fields: [.location: location("cookies")])
        for cookie in cookies {
            guard let field = cookie.field(isSecure: request.connection.tls != nil) else {
                throw HandlerFailure(.badRequest, "'\(cookie.name)' is no name for a cookie.")
            }
            response.fields.append(.setCookie, field)
        }
        return response
    }

    /// Whether the client knows the user and the password in the path.
    func basicAuthentication(refusal: HTTPResponse.Status = .unauthorized) throws -> Response {
        guard arguments.count == 2 else { throw HandlerFailure(.notFound) }
        guard let given = request.fields[.authorization].flatMap(Self.basicCredentials),
            given == "\(arguments[0]):\(arguments[1])"
        else {
            guard refusal == .unauthorized else { return Response(refusal) }
            return Response(refusal, fields: [.wwwAuthenticate: #"Basic realm="Fake Realm""#])
        }
        return .json(.object(["authenticated": true, "user": .string(String(arguments[0]))]))
    }

    /// User and password with a colon between them (RFC 7617 §2).
    private static func basicCredentials(_ field: String) -> String? {
        guard let token = token(field, of: "Basic"), let bytes = Data(base64Encoded: String(token)) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Shows the token of RFC 6750 §2.1.
    func bearer() throws -> Response {
        guard let token = request.fields[.authorization].flatMap({ Self.token($0, of: "Bearer") }) else {
            return Response(.unauthorized, fields: [.wwwAuthenticate: "Bearer"])
        }
        return .json(.object(["authenticated": true, "token": .string(String(token))]))
    }

    /// What stands behind the scheme, whose case doesn't matter (RFC 9110 §11.1).
    private static func token(_ field: String, of scheme: String) -> Substring? {
        guard let space = field.firstIndex(of: " "),
            FieldSyntax.equalIgnoringCase(field[..<space], scheme[...])
        else { return nil }
        return field[space...].drop { $0 == " " }
    }
}

/// A cookie to be set; to be taken away if it has no value.
private struct Cookie {
    let name: String
    let value: String?

    /// The value of Set-Cookie (RFC 6265 §4.1); nil if a cookie can't have that name.
    func field(isSecure: Bool) -> String? {
        guard FieldSyntax.isToken(name) else { return nil }
        let attributes = isSecure ? "; Secure; Path=/" : "; Path=/"
        guard let value else {
            return "\(name)=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0\(attributes)"
        }
        return "\(name)=\(CookieItems.encode(value))\(attributes)"
    }
}
