// The Date field (RFC 9110 §6.6.1) and the Server field, made now and then and not for each response.

import HTTPCore
import HTTPWire
import TLS
import Threads

/// What the server says of itself in its responses now.
struct CurrentFields {
    private let server: String?
    private var fields: ServerFields?
    private var validUntil = MonotonicInstant(nanoseconds: 0)

    /// - Parameter server: the value of the Server field; nil for none.
    init(server: String?) { self.server = server }

    /// The fields at `now`, with a date that is at most a second old.
    mutating func value(at now: MonotonicInstant) -> ServerFields {
        if now < validUntil, let fields { return fields }
        let fields = ServerFields(date: HTTPDate(secondsSinceEpoch: systemTime()), server: server)
        self.fields = fields
        validUntil = now.adding(nanoseconds: 250_000_000)
        return fields
    }
}
