// Answers that are a status: any one, redirects, what conditions lead to.

import HTTPCore
import HTTPTypes
import HandlerKit

extension EndpointCall {
    /// `404`, or one of several by chance: `200,500`, `200:9,500:1`.
    func status() throws -> Response {
        let choices = try argument.split(separator: ",", omittingEmptySubsequences: false).map { choice in
            let parts = choice.split(separator: ":", omittingEmptySubsequences: false)
            guard let code = Int(parts[0]), (200...599).contains(code), parts.count <= 2,
                let weight = parts.count == 1 ? 1 : Double(parts[1]), weight >= 0, weight.isFinite
            else { throw HandlerFailure(.badRequest, "'\(choice)' is no status code from 200 to 599.") }
            return (code: code, weight: weight)
        }
        var chance = Double.random(in: 0..<1) * choices.reduce(0) { $0 + $1.weight }
        for choice in choices.dropLast() {
            if chance < choice.weight { return answer(choice.code) }
            chance -= choice.weight
        }
        return answer(choices[choices.count - 1].code)
    }

    /// A status with the fields that belong to it.
    private func answer(_ code: Int) -> Response {
        var response = Response(HTTPResponse.Status(code: code))
        switch code {
        case 301, 302, 303, 305, 307: response.fields[.location] = location("redirect/1")
        case 401: response.fields[.wwwAuthenticate] = Self.realm
        case 407: response.fields[.proxyAuthenticate] = Self.realm
        case 418:
            response = .text(Self.teapot, status: response.status)
        default: break
        }
        return response
    }

    private static let realm = #"Basic realm="Fake Realm""#

    private static let teapot = """

            -=[ teapot ]=-

               _...._
             .'  _ _ `.
            | ."` ^ `". _,
            \\_;`"---"`|//
              |       ;/
              \\_     _/
                `\"\"\"`

        """

    /// One of several redirects, which count down to `get`.
    func redirect(isAbsolute: Bool? = nil) throws -> Response {
        let left = try count(most: 1_000) - 1
        guard left >= 0 else { throw HandlerFailure(.badRequest, "There is no redirect number 0.") }
        let isAbsolute = isAbsolute ?? (query["absolute"]?.lowercased() == "true")
        let name = isAbsolute ? "absolute-redirect" : "relative-redirect"
        let target = location(left == 0 ? "get" : "\(name)/\(left)", isAbsolute: isAbsolute)
        return Response(.found, fields: [.location: target])
    }

    /// A redirect to wherever the client wants.
    func redirectToURL() throws -> Response {
        guard let url = query["url"] else { throw HandlerFailure(.badRequest, "The query has no url.") }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw HandlerFailure(.badRequest, "The url has a blank or a control character.")
        }
        let code = try number("status_code", default: 302, most: 599)
        return Response(
            (300..<400).contains(code) ? HTTPResponse.Status(code: code) : .found, fields: [.location: url])
    }

    /// 304 where If-None-Match names the tag, 412 where If-Match doesn't.
    func etag() throws -> Response {
        guard let tag = EntityTag(parsing: "\"\(try argument)\"") else {
            throw HandlerFailure(.badRequest, "No entity tag has such characters.")
        }
        if let condition = request.fields[.ifMatch], !Self.names(condition, tag.opaque) {
            return Response(.preconditionFailed)
        }
        if let condition = request.fields[.ifNoneMatch], Self.names(condition, tag.opaque) {
            return Response(.notModified, fields: [.eTag: tag.description])
        }
        var response = try json(.get)
        response.fields[.eTag] = tag.description
        return response
    }

    /// Whether a list of tags names one; as httpbin does it takes them without quotes too.
    private static func names(_ condition: String, _ tag: String) -> Bool {
        FieldSyntax.list(condition).contains { item in
            let bare = item.hasPrefix("W/") ? item.dropFirst(2) : item
            return item == "*" || bare == tag || bare == "\"\(tag)\""
        }
    }

    /// Without an argument 304 to any condition; with one, how long the answer may be cached.
    func cache() throws -> Response {
        var response = try json(.get)
        if !arguments.isEmpty {
            response.fields[.cacheControl] = "public, max-age=\(try count(most: .max))"
        } else {
            let conditions: [HTTPField.Name] = [.ifModifiedSince, .ifNoneMatch]
            guard !conditions.contains(where: request.fields.contains) else { return Response(.notModified) }
            response.fields[.lastModified] = "\(HTTPDate(secondsSinceEpoch: context.now().seconds))"
            response.fields[.eTag] = EntityTag("\(request.id)").description
        }
        return response
    }
}
