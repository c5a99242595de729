// Fills the template at a path. What a client sends is a value in it, never a part of it.

import HTTPCore
import HTTPTypes
import HandlerKit

/// Serves templates.
///
/// A template sees, the first of each name:
/// - `request`, with `method`, `path`, `url`, `host`, `scheme`, `remote`, `user_agent` and `time` (RFC 3339, UTC);
/// - `query`, the query's pairs by their names; a name that stands several times has a list of values;
/// - `vars`, the variables of the configuration; and each of them by its own name;
/// - each pair of the query by its own name.
struct TemplateHandler: Handler {
    let templates: TemplateFolder
    let variables: [TemplateVariable]
    let index: String
    let now: @Sendable () -> TimeOfDay

    /// What no variable can be called.
    static let facts = ["request", "query", "vars"]

    func answerAtOnce(to request: Request) throws -> Response? {
        let path = RequestedPath(request)
        guard let relative = String(validating: path.relative, as: UTF8.self) else {
            throw HandlerFailure(.notFound)
        }
        let name =
            path.endsInSlash || relative.isEmpty ? (relative.isEmpty ? "" : relative + "/") + index : relative
        guard let type = templates.type(of: name) else { throw HandlerFailure(.notFound) }
        do throws(HTTPSyntaxError) {
            var response = Response.text(templates.render(name, try model(of: request)), type: type)
            response.fields[.cacheControl] = "no-store"
            response.fields[.xContentTypeOptions] = "nosniff"
            return response
        } catch {
            throw HandlerFailure(form: error)
        }
    }

    /// Asked by nobody: ``answerAtOnce(to:)`` leaves nothing.
    func respond(to request: Request) throws -> Response {
        try answerAtOnce(to: request) ?? Response(.notFound)
    }

    private func model(of request: Request) throws(HTTPSyntaxError) -> [String: Any] {
        let query = Self.values(try request.target.queryItems)
        let variables = Dictionary(variables.map { ($0.name, $0.value as Any) }) { $1 }
        let facts: [String: Any] = ["request": self.facts(of: request), "query": query, "vars": variables]
        return facts.merging(variables) { fact, _ in fact }.merging(query) { known, _ in known }
    }

    private static func values(_ items: QueryItems) -> [String: Any] {
        Dictionary(grouping: items, by: \.name).mapValues { items in
            items.count == 1 ? items[0].value as Any : items.map(\.value)
        }
    }

    private func facts(of request: Request) -> [String: Any] {
        [
            "method": request.method.rawValue, "path": request.target.path,
            "url": request.url, "host": request.authority, "scheme": request.scheme,
            "remote": request.connection.remote.host, "user_agent": request.fields[.userAgent] ?? "",
            "time": timestamp(now().seconds),
        ]
    }
}
