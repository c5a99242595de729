// What a client sends, byte for byte, and what becomes of it by RFC 9110, RFC 9112 and RFC 3986.

import Testing

/// One raw request, or several, and the outcome.
struct ConformanceCase: CustomTestStringConvertible {
    /// What becomes of the connection after the responses.
    enum Ending { case open, closed }

    /// The section, and what is right or wrong with the request.
    let rule: String
    /// A scalar for each byte.
    let request: String
    let statuses: [Int]
    let ending: Ending
    /// What the first response's body has in it.
    var body: String?
    /// A field of the first response and its value; nil if it must not be there.
    var field: (name: String, value: String?)?

    var testDescription: String { rule }
    var isHEAD: Bool { request.hasPrefix("HEAD ") }

    /// One response of an error, after which nothing on the connection counts.
    static func refused(_ rule: String, _ request: String, _ status: Int = 400) -> ConformanceCase {
        ConformanceCase(rule: rule, request: request, statuses: [status], ending: .closed)
    }

    /// Responses, after which the connection goes on.
    static func answered(
        _ rule: String, _ request: String, _ statuses: Int..., body: String? = nil,
        field: (String, String?)? = nil
    ) -> ConformanceCase {
        ConformanceCase(
            rule: rule, request: request, statuses: statuses.isEmpty ? [200] : statuses, ending: .open,
            body: body, field: field)
    }

    /// Responses, of which the last ends the connection.
    static func last(
        _ rule: String, _ request: String, _ statuses: Int..., body: String? = nil,
        field: (String, String?)? = nil
    ) -> ConformanceCase {
        ConformanceCase(
            rule: rule, request: request, statuses: statuses.isEmpty ? [200] : statuses, ending: .closed,
            body: body, field: field)
    }
}

/// Cases about one thing.
struct ConformanceFamily: CustomTestStringConvertible {
    let name: String
    let cases: [ConformanceCase]

    var testDescription: String { name }

    static let all: [ConformanceFamily] = [
        requestLines, versions, lineEnds, targets, paths, hosts, fields, lengths, codings, chunks, trailers,
        connections, expectations, methods,
    ]

    /// A GET of a file with more field lines.
    static func get(_ fields: String = "", host: String = "Host: a\r\n") -> String {
        "GET /hello.txt HTTP/1.1\r\n\(host)\(fields)\r\n"
    }

    /// A GET of a target.
    static func get(target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }

    /// A form for the echo handler.
    static func post(_ fields: String, _ body: String) -> String {
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\(fields)\r\n\(body)"
    }

    /// A form in chunks.
    static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body) }
}
