// Tags of content that is held in memory, and the answers that conditions make of them.

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
    /// A strong tag of all the bytes: a hash after FNV-1a, which takes eight of them at a time, and their number.
    init(contentOf bytes: [UInt8]) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var index = 0
        while index < bytes.count {
            let end = min(index + 8, bytes.count)
            var word: UInt64 = 0
            while index < end {
                word = word << 8 | UInt64(bytes[index])
                index += 1
            }
            hash = (hash ^ word) &* 0x0000_0100_0000_01b3
            // A product's high bits never reach its low ones by themselves.
            hash ^= hash >> 32
        }
        self.init("\(String(hash, radix: 36))-\(String(bytes.count, radix: 36))")
    }
}
