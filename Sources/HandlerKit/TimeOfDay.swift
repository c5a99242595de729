// The time of day as handlers see it; a test hands them another.

import FoundationEssentials

/// A moment of the real-time clock, UTC.
public struct TimeOfDay: Sendable, Hashable {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    public let seconds: Int64
    /// Nanoseconds on top, 0 to 999,999,999.
    public let nanoseconds: Int32

    /// A moment of its parts.
    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Reads the clock, to the microsecond.
    public static func current() -> TimeOfDay {
        let time = Date().timeIntervalSince1970
        let seconds = time.rounded(.down)
        return TimeOfDay(seconds: Int64(seconds), nanoseconds: Int32((time - seconds) * 1_000_000_000))
    }
}
