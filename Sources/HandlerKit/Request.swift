// A request as its handler sees it. It belongs to one connection's task and does not leave it.

import HTTPCore
import HTTPTypes
import Threads

/// A request: its head, where it came from, and its body, which is still on its way.
///
/// It is not `Sendable`: what a closure for another thread needs of it is copied out first.
public final class Request {
    private let message: RequestHead
    /// The path prefix under which the handler is configured: `/` or `/echo`, never with a slash at its end
    /// otherwise.
    public let mount: String
    /// The id that stands in the log, the access record and the error page.
    public let id: RequestID
    /// How many requests the connection has brought, this one included.
    public let number: Int
    /// The connection that brought the request.
    public let connection: ConnectionFacts
    /// A moment after the head had been read from the network, which requests of one reading have in common; nil when
    /// it was not noted.
    ///
    /// What was looked up after it for another request is as new as if it were looked up for this one.
    public let readAt: MonotonicInstant?
    private let interim: (any InterimResponder)?
    /// The body; reading it is what lets the client send it.
    public let body: RequestBody
    /// What was noted on the request's way, for the log; nil while there is nothing.
    ///
    /// Computed: other modules would check a stored one's exclusivity all the same.
    package var notes: RequestNotes? { storedNotes }
    // Unchecked exclusivity: one task, and no access is held over a call that could come back here.
    @safe @exclusivity(unchecked) private var storedNotes: RequestNotes?

    /// Makes a request of its parts; in tests `Request.make` of HandlerTesting is shorter.
    public init(
        _ message: RequestHead, mount: String, id: RequestID, number: Int, connection: ConnectionFacts,
        body: RequestBody, readAt: MonotonicInstant? = nil, interim: (any InterimResponder)? = nil
    ) {
        self.interim = interim
        self.readAt = readAt
        self.message = message
        self.mount = mount
        self.id = id
        self.number = number
        self.connection = connection
        self.body = body
    }

    /// Method, scheme, authority, target as it was sent, and fields.
    public var head: HTTPRequest { message.request }

    /// The target, percent-decoded once, dot segments removed.
    public var target: RequestTarget { message.target }

    /// The version that the client speaks.
    public var version: HTTPVersion { message.version }

    /// The request's method.
    public var method: HTTPRequest.Method { message.method }

    /// The user whose password the section's `auth` has verified; nil without it.
    public package(set) var user: String? {
        get { notes?.user }
        set { makeNotes().user = newValue }
    }

    /// Notes that the server does not answer as it would, on purpose.
    package func note(fault: String) { makeNotes().faults.append(fault) }

    private func makeNotes() -> RequestNotes {
        let notes = storedNotes ?? RequestNotes()
        storedNotes = notes
        return notes
    }

    /// The request's fields.
    public var fields: HTTPFields { message.request.headerFields }

    /// The decoded path below ``mount``, always with a slash in front.
    public var subpath: Substring {
        guard mount.utf8.count > 1 else { return target.path[...] }
        let rest = target.path.utf8.dropFirst(mount.utf8.count)
        return rest.isEmpty ? "/" : Substring(rest)
    }
}

extension Request {
    /// Sends `103 Early Hints` (RFC 8297) before the response, so that the client can begin with what the fields name.
    ///
    /// A client of HTTP/1.0, which knows no interim responses, gets none.
    public func sendEarlyHints(_ fields: HTTPFields) async {
        guard version != .http10 else { return }
        await interim?.inform(HTTPResponse(status: .earlyHints, headerFields: fields))
    }
}

/// What is known of few requests, and only on their way: so that others have no room for it.
package final class RequestNotes {
    /// Who sent it, verified.
    package fileprivate(set) var user: String?
    /// What was done to it on purpose, `status 503` for example.
    package fileprivate(set) var faults: [String] = []
}

/// Where responses go that come before the final one.
public protocol InterimResponder: AnyObject {
    /// Sends an interim response (RFC 9110 §15.2). That the client is gone is found out with the final one.
    func inform(_ response: HTTPResponse) async
}

extension HTTPResponse.Status {
    /// 103 (RFC 8297).
    static var earlyHints: Self { Self(code: 103, reasonPhrase: "Early Hints") }
}

/// A request's id: 16 hexadecimal digits, unique as long as the process lives.
public struct RequestID: Sendable, Hashable, CustomStringConvertible {
    /// The id as a number.
    public let value: UInt64

    /// Makes an id of a number.
    public init(_ value: UInt64) {
        self.value = value
    }

    /// The 16 digits.
    public var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
