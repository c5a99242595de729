// How often one thing is told, by whichever worker sees it first.

import Synchronization
import Threads

/// Lets a notice through once a minute.
final class NoticeInterval: Sendable {
    /// When it was let through last, in nanoseconds; 0 for never.
    private let last = Atomic<UInt64>(0)

    private static let length: UInt64 = 60_000_000_000

    /// Whether to tell it now.
    func permits(at now: MonotonicInstant) -> Bool {
        let last = last.load(ordering: .relaxed)
        guard last == 0 || now.nanoseconds &- last > Self.length else { return false }
        return self.last.compareExchange(expected: last, desired: now.nanoseconds, ordering: .relaxed)
            .exchanged
    }
}
