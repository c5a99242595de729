// A style sheet, script or picture that pages load.

import HTTPCore
import HTTPTypes
import HandlerKit

/// Content that is kept in memory; a client asks each time whether it has changed.
struct PageAsset: Sendable {
    private let bytes: [UInt8]
    private let tag: EntityTag
    private let fields: ResponseFields

    /// - Parameter name: Its suffix says what type the content has.
    init(_ bytes: [UInt8], named name: String) {
        self.bytes = bytes
        tag = EntityTag(contentOf: bytes)
        fields = [
            .cacheControl: "no-cache", .xContentTypeOptions: "nosniff",
            .contentType: ContentTypes().type(of: name.utf8),
        ]
    }

    func response(to request: Request) throws -> Response {
        try Response(fields: fields, body: .bytes(bytes)).tagged(tag, for: request)
    }
}
