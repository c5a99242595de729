// What a section adds to each answer: fields of its own, and those by which other origins may read it (CORS).

import Configuration
import HTTPCore
import HTTPTypes
import HandlerKit

/// The fields that all answers of a handler get, those of failures too.
struct AddedFields: Sendable {
    let fields: HTTPFields
    let crossOrigin: CrossOrigin?

    /// nil if there is nothing to add.
    init?(_ fields: [HTTPField], _ crossOrigin: CrossOrigin?) {
        guard !fields.isEmpty || crossOrigin != nil else { return nil }
        self.fields = HTTPFields(fields)
        self.crossOrigin = crossOrigin
    }

    /// Adds them to what an answer has; a field of its own gives way, but for `Vary`.
    func add(to response: inout ResponseFields, for request: Request) {
        for field in fields where field.name != .vary { response[field.name] = nil }
        response.append(contentsOf: ResponseFields(fields))
        crossOrigin?.add(to: &response, for: request)
    }

    /// The same for a failure.
    func adding(to failure: HandlerFailure, for request: Request) -> HandlerFailure {
        var fields = failure.fields
        add(to: &fields, for: request)
        return HandlerFailure(failure.status, failure.explanation, fields: fields, cause: failure.cause)
    }
}

/// Which origins may read the answers, by the Fetch standard's CORS protocol.
struct CrossOrigin: Sendable {
    /// nil for all.
    let origins: [String]?

    /// What is read of a file by scripts beyond what every answer shows.
    private static let exposed = "Accept-Ranges, Content-Encoding, Content-Range, ETag"

    func add(to response: inout ResponseFields, for request: Request) {
        guard let origins else {
            response[.accessControlAllowOrigin] = "*"
            response[.accessControlExposeHeaders] = Self.exposed
            return
        }
        response.append(.vary, "Origin")
        guard let origin = request.fields[.origin], origins.contains(origin.lowercased()) else { return }
        response[.accessControlAllowOrigin] = origin
        response[.accessControlExposeHeaders] = Self.exposed
    }

    /// The answer to OPTIONS: to the question before the request, or to what may be done at all.
    func options(_ request: Request) -> Response {
        guard request.fields.contains(.origin), request.fields.contains(.accessControlRequestMethod) else {
            return Response(.ok, fields: [.allow: "GET, HEAD, OPTIONS"])
        }
        var response = Response(
            .noContent, fields: [.accessControlAllowMethods: "GET, HEAD", .accessControlMaxAge: "7200"])
        // Reading a file needs no field that a script could not be allowed to set.
        if let asked = request.fields[.accessControlRequestHeaders],
            FieldSyntax.list(asked).allSatisfy({ FieldSyntax.isToken(String($0)) })
        {
            response.fields[.accessControlAllowHeaders] = asked
            response.fields.append(.vary, "Access-Control-Request-Headers")
        }
        return response
    }
}

extension ValueType where Value == CrossOrigin? {
    /// `on`, `off`, or origins.
    static var crossOrigin: ValueType {
        ValueType(
            name: "on, off or origins",
            format: { $0.map { $0.origins?.joined(separator: " ") ?? "on" } ?? "off" }
        ) { (text, _) throws(ValueProblem) in
            switch text.lowercased() {
            case "on", "yes", "*": return CrossOrigin(origins: nil)
            case "off", "no": return nil
            default: break
            }
            let origins = text.lowercased().split { $0 == " " || $0 == "\t" }.map(String.init)
            for origin in origins where !isOrigin(origin) {
                throw ValueProblem("'\(origin)' is no origin, such as https://localhost:3000")
            }
            return CrossOrigin(origins: origins)
        }
    }

    private static func isOrigin(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://"), !text[..<separator.lowerBound].isEmpty else {
            return false
        }
        let host = text[separator.upperBound...]
        return !host.isEmpty && !host.contains { "/?#@ ".contains($0) }
    }
}
