// A clock that a test sets: it stands until it is moved.

import HandlerKit
import Synchronization

/// The time of day in a test, the same until ``advance(by:)``.
///
/// ```swift
/// let clock = TestClock()
/// let handler = try make(handler: .time, context: .forTesting(clock: clock))
/// clock.advance(by: 60)
/// ```
public final class TestClock: Sendable {
    private let time: Mutex<TimeOfDay>

    /// Makes a clock that shows so many seconds since 1970; by default 2026-11-21T10:43:00Z.
    public init(seconds: Int64 = 1_795_257_780, nanoseconds: Int32 = 0) {
        time = Mutex(TimeOfDay(seconds: seconds, nanoseconds: nanoseconds))
    }

    /// What the clock shows.
    public var now: TimeOfDay { time.withLock { $0 } }

    /// Moves the clock by so many seconds.
    public func advance(by seconds: Int64) {
        time.withLock { $0 = TimeOfDay(seconds: $0.seconds + seconds, nanoseconds: $0.nanoseconds) }
    }
}
