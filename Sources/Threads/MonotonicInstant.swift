// A point of CLOCK_MONOTONIC as one machine word, so that deadlines cost an addition and a comparison.

import Glibc

/// A moment in nanoseconds since boot, CLOCK_MONOTONIC.
public struct MonotonicInstant: Hashable, Comparable, Sendable {
    /// How many nanoseconds.
    public let nanoseconds: UInt64

    /// Makes a moment of its number.
    @inlinable
    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The deadline that never comes.
    @inlinable package static var never: MonotonicInstant { MonotonicInstant(nanoseconds: .max) }

    /// Reads the clock: some 20 ns. On a reactor `Reactor.now` is free and new enough for deadlines.
    public static func current() -> MonotonicInstant {
        var time = timespec()
        // Fails only for a clock that does not exist.
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(
            nanoseconds: UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
                &+ UInt64(truncatingIfNeeded: time.tv_nsec))
    }

    /// This moment and `nanoseconds` more, at most `never`: the form for the request path.
    @inline(__always)
    package func adding(nanoseconds more: UInt64) -> MonotonicInstant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(more)
        return overflow ? .never : MonotonicInstant(nanoseconds: sum)
    }

    /// Whether one moment is before another.
    @inlinable
    public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// A negative duration leaves the moment as it is.
    package static func + (left: MonotonicInstant, right: Duration) -> MonotonicInstant {
        left.adding(nanoseconds: right.wholeNanoseconds)
    }

    /// The time from `right` to `left`, negative if `right` is later.
    package static func - (left: MonotonicInstant, right: MonotonicInstant) -> Duration {
        left >= right
            ? .nanoseconds(Int64(clamping: left.nanoseconds - right.nanoseconds))
            : .nanoseconds(-Int64(clamping: right.nanoseconds - left.nanoseconds))
    }
}

extension Duration {
    /// The duration in nanoseconds, 0 if negative: convert once, when the configuration is read, not in each
    /// request.
    package var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return .max }
        return product.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000).partialValue
    }
}
