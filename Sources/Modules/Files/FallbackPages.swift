// What is sent where nothing is: the page of an application whose paths are its own, or a page that says so.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit

extension FileHandler {
    /// The answer to a request that led to nothing.
    ///
    /// - Throws: ``notFound`` if no page is configured, it is not there, or the client has no use for it.
    func missing(_ request: Request) async throws -> Response {
        if let page = settings.applicationPage, isNavigation(request),
            var response = try await application(page, for: request)
        {
            response.fields.append(.vary, "Accept")
            return response
        }
        if let page = settings.notFoundPage, let file = try await openFile(page) {
            let described = try await describe(file, at: page, for: request)
            if let response = described.response(with: .notFound, to: request) { return response }
        }
        throw Self.notFound
    }

    private func application(_ page: [UInt8], for request: Request) async throws -> Response? {
        // No request has an empty path.
        let key = ""
        if let response = try cachedResponse(to: request, key: key) { return response }
        guard let file = try await openFile(page) else { return nil }
        return try await send(file, at: page, for: request, key: key)
    }

    /// Whether a browser wants a page to show, not something for a page: it names HTML, `Sec-Fetch-Dest` names no
    /// other use if it is there, and the path has no suffix of something else.
    private func isNavigation(_ request: Request) -> Bool {
        guard ContentNegotiation.representation(for: request.fields) == .html else { return false }
        if let use = HTTPField.Name("Sec-Fetch-Dest").flatMap({ request.fields[$0] }) {
            return ["document", "iframe", "frame", "empty"].contains(use)
        }
        let type = settings.types.known(RequestedPath(request).relative.lastName)
        return type.map { $0.hasPrefix("text/html") } ?? true
    }
}
