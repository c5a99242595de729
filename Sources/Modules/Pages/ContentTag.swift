// Tags of content that is held in memory, and the answers that conditions make of them.

import Digests
import HTTPCore
import HTTPTypes
import HandlerKit

extension Response {
    /// The response with a tag, or what the request's conditions make of it.
    func tagged(_ tag: EntityTag, for request: Request) throws -> Response {
        var response = self
        response.fields[.eTag] = tag.description
        switch ConditionalRequest.evaluate(
            request.fields, method: request.method, etag: tag, lastModified: nil)
        {
        case .proceed: break
        case .preconditionFailed: throw HandlerFailure(.preconditionFailed)
        case .notModified:
            response.status = .notModified
            response.body = .empty
            response.fields[.contentType] = nil
            response.fields[.contentSecurityPolicy] = nil
        }
        return response
    }
}

extension EntityTag {
    /// A strong tag of all the bytes: the first half of their SHA-256.
    init(contentOf bytes: [UInt8]) {
        self.init(String(SHA256.hexadecimal(of: bytes.span).prefix(32)))
    }
}
