// The value of Date fields (RFC 9110 §6.6.1), made once a second.

import Glibc
import HTTPCore
import Reactor

/// The current date as 29 bytes.
struct DateField {
    private var bytes: [UInt8] = []
    private var validUntil = ReactorInstant(nanoseconds: 0)

    /// The date at `now`, at most a second old.
    mutating func value(at now: ReactorInstant) -> [UInt8] {
        if now >= validUntil {
            bytes.removeAll(keepingCapacity: true)
            HTTPDate(secondsSinceEpoch: Int64(time(nil))).append(to: &bytes)
            validUntil = now.adding(nanoseconds: 250_000_000)
        }
        return bytes
    }
}
