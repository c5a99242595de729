// What is logged of each request, as values: formatting is the log's business, on its own thread.

import HTTPCore
import HTTPTypes
import HandlerKit

/// One answered request.
package struct RequestRecord: Sendable {
    package let id: RequestID
    package let method: HTTPRequest.Method
    /// The target as it was sent.
    package let target: String
    package let authority: String?
    package let version: HTTPVersion
    package let status: Int
    /// Bytes of the response's body that were handed to the transport.
    package let bodyBytes: UInt64
    package let microseconds: Int64
    /// The place of the handler that answered, `/echo` or `host/echo`; nil when none was asked.
    package let handler: String?
    package let userAgent: String?
    /// nil too where the log doesn't want it.
    package let referer: String?
    package let connection: ConnectionFacts
    /// The user whose password was verified.
    package let user: String?
    /// What was done to it on purpose.
    package let faults: [String]
    /// Whether the response was cut short.
    package let isAborted: Bool
}

/// Takes records; it must return at once, on any thread.
package protocol RequestLog: Sendable {
    /// Whether the field Referer is to be in the records.
    var wantsReferer: Bool { get }
    func record(_ record: RequestRecord)
}
