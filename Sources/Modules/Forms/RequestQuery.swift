// The fields of a request's query, for modules that answer one which can't be read by 400.

import HTTPCore
import HTTPTypes
import HandlerKit

extension Request {
    /// The fields of the query, none without one.
    ///
    /// - Throws: 400 when there are more than ``QueryItems/defaultLimit``.
    func queryItems() throws(HandlerFailure) -> QueryItems {
        do throws(HTTPSyntaxError) {
            return try target.queryItems
        } catch {
            throw HandlerFailure(.badRequest, "The query is malformed: \(error.context).", cause: error)
        }
    }
}
