// Answers with everything that the server knows at this moment. Nothing of it may be kept by a cache.

import HTTPTypes
import HandlerKit

struct DiagnosticsHandler: Handler {
    let server: any ServerInspection
    let now: @Sendable () -> TimeOfDay

    /// Any method that may have a body, so that what a client sends with it can be looked at too.
    var methods: [HTTPRequest.Method] { [.get, .head, .post, .put, .patch, .delete] }

    var wantsHandshake: Bool { true }

    func respond(to request: Request) async throws -> Response {
        let report = DiagnosticsReport(request, server.status, at: now().seconds)
        var response = try Response.negotiated(DiagnosticsPage(report), for: request.fields)
        response.fields[.cacheControl] = "no-store"
        return response
    }
}
