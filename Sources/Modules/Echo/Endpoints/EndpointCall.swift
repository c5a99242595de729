// A request for an endpoint, with what is in its path and in its query.

import HTTPCore
import HTTPTypes
import HandlerKit

struct EndpointCall {
    let request: Request
    let query: QueryItems
    /// The segments behind the endpoint's name.
    let arguments: [Substring]
    /// The most bytes of a body that are kept.
    let formBytes: Int
    let context: ModuleContext

    /// The only argument.
    var argument: Substring {
        get throws(HandlerFailure) {
            guard arguments.count == 1 else { throw HandlerFailure(.notFound) }
            return arguments[0]
        }
    }

    /// The only argument, which is a number from 0 to `most`; a higher one is taken for that.
    func count(most: Int) throws(HandlerFailure) -> Int {
        let text = try argument
        guard let count = Self.natural(text) else {
            throw HandlerFailure(.badRequest, "'\(text)' is not a whole number.")
        }
        return min(count, most)
    }

    /// A number of the query, from 0 to `most`; a higher one is taken for that.
    func number(_ name: String, default value: Int, most: Int) throws(HandlerFailure) -> Int {
        guard let text = query[name] else { return value }
        guard let number = Self.natural(text[...]) else {
            throw HandlerFailure(.badRequest, "\(name) is not a whole number.")
        }
        return min(number, most)
    }

    /// Seconds of the query, at most `most`.
    func seconds(_ name: String, default value: Double, most: Double) throws(HandlerFailure) -> Duration {
        try Self.seconds(query[name].map { $0[...] } ?? "\(value)", most: most)
    }

    static func seconds(_ text: Substring, most: Double) throws(HandlerFailure) -> Duration {
        guard let seconds = Double(text), seconds >= 0 else {
            throw HandlerFailure(.badRequest, "'\(text)' is not a number of seconds.")
        }
        return .milliseconds(Int64(min(seconds, most) * 1_000))
    }

    /// Digits, however many.
    private static func natural(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text) ?? .max
    }

    /// The address of a path below the echo's own.
    func location(_ path: String, isAbsolute: Bool = false) -> String {
        (isAbsolute ? request.origin : "") + "\(linkPrefix(request.mount))/\(path)"
    }
}

extension Response {
    /// A document for programs.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status, fields: [.contentType: "application/json", .xContentTypeOptions: "nosniff"],
            body: .bytes(Array((value.pretty + "\n").utf8)))
    }
}
