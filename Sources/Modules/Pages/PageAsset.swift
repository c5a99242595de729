// A style sheet, script or picture that pages load.

import HTTPCore
import HTTPTypes
import HandlerKit

extension Response {
    /// Content that is kept in memory, as its name's suffix says what it is; a client asks each time whether it has
    /// changed.
    static func asset(_ bytes: [UInt8], named name: String, for request: Request) throws -> Response {
        let tag = EntityTag(PageText.mark(of: bytes))
        let fields: ResponseFields = [
            .eTag: tag.description, .cacheControl: "no-cache", .xContentTypeOptions: "nosniff",
            .contentType: ContentTypes().type(of: name.utf8),
        ]
        switch ConditionalRequest.evaluate(
            request.fields, method: request.method, etag: tag, lastModified: nil)
        {
        case .proceed: return Response(fields: fields, body: .bytes(bytes))
        case .notModified:
            return Response(.notModified, fields: [.eTag: tag.description, .cacheControl: "no-cache"])
        case .preconditionFailed: throw HandlerFailure(.preconditionFailed)
        }
    }
}
