// A clock that a test sets: it stands until it is moved, and who sleeps by it moves it.

import HandlerKit
import Synchronization

/// The time of day in a test, the same until ``advance(by:)-(Int64)``, or until a handler sleeps.
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
        advance(by: .seconds(seconds))
    }

    /// Moves the clock.
    public func advance(by duration: Duration) {
        time.withLock { time in
            let (seconds, attoseconds) = duration.components
            let nanoseconds = Int64(time.nanoseconds) + attoseconds / 1_000_000_000
            time = TimeOfDay(
                seconds: time.seconds + seconds + nanoseconds / 1_000_000_000,
                nanoseconds: Int32(nanoseconds % 1_000_000_000))
        }
    }
}
