// How long a peer may keep the server waiting in a transfer: a body that it sends, a response that it takes.

import Threads

/// What a peer is granted in one direction.
struct TransferLimit: Sendable, Equatable {
    /// How long it may keep the server waiting, in nanoseconds.
    var patience: UInt64
    /// Bytes that give it back a second of that.
    var rate: Int
}

/// What is left of the time that a peer may keep the server waiting.
///
/// Waiting uses it up, and bytes give it back, never more than there was at first. So a peer that moves at least
/// ``TransferLimit/rate`` bytes a second may go on for ever; one that stops is cut after ``TransferLimit/patience``
/// at the latest, and one that dribbles not much later. The server's own pauses don't count.
struct TransferAllowance {
    /// Nanoseconds of the limit's patience that are used up.
    private var used: UInt64 = 0

    /// Until when a wait that begins now may last.
    func deadline(from now: MonotonicInstant, _ limit: TransferLimit) -> MonotonicInstant {
        now.adding(nanoseconds: limit.patience > used ? limit.patience - used : 0)
    }

    /// Takes off a wait.
    mutating func spend(from start: MonotonicInstant, to end: MonotonicInstant) {
        if end > start { used += end.nanoseconds - start.nanoseconds }
    }

    /// Gives back what so many bytes are worth.
    mutating func earn(_ bytes: Int, _ limit: TransferLimit) {
        guard used > 0, bytes > 0 else { return }
        let (worth, overflow) = UInt64(bytes).multipliedReportingOverflow(by: 1_000_000_000)
        used -= min(used, overflow ? .max : worth / UInt64(limit.rate))
    }

    /// Whether nothing is left.
    func isSpent(_ limit: TransferLimit) -> Bool { used >= limit.patience }
}
