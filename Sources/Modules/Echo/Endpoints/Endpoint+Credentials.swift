// Answers that depend on what a client brings along: cookies and credentials.

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
            guard let field = cookie.field(isSecure: request.scheme == "https") else {
                throw HandlerFailure(.badRequest, "'\(cookie.name)' is no name for a cookie.")
            }
            response.fields.append(.setCookie, field)
        }
        return response
    }

    /// Whether the client knows the user and the password in the path.
    func basicAuthentication(refusal: HTTPResponse.Status = .unauthorized) throws -> Response {
        guard arguments.count == 2 else { throw HandlerFailure(.notFound) }
        let given = request.fields[.authorization].flatMap(BasicCredentials.init(authorization:))
        guard given?.bytes == Array("\(arguments[0]):\(arguments[1])".utf8) else {
            guard refusal == .unauthorized else { return Response(refusal) }
            return Response(refusal, fields: [.wwwAuthenticate: #"Basic realm="Fake Realm""#])
        }
        return .json(.object(["authenticated": true, "user": .string(String(arguments[0]))]))
    }

    /// Shows the token of RFC 6750 §2.1.
    func bearer() throws -> Response {
        guard let token = request.fields[.authorization].flatMap(Self.bearerToken) else {
            return Response(.unauthorized, fields: [.wwwAuthenticate: "Bearer"])
        }
        return .json(.object(["authenticated": true, "token": .string(String(token))]))
    }

    /// What stands behind the scheme, whose case doesn't matter (RFC 9110 §11.1).
    private static func bearerToken(_ field: String) -> Substring? {
        guard let space = field.firstIndex(of: " "),
            FieldSyntax.equalIgnoringCase(field[..<space], "Bearer")
        else { return nil }
        return field[space...].drop { $0 == " " }
    }
}

/// A cookie to be set; to be taken away if it has no value.
struct Cookie {
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
