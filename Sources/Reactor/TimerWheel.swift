// Deadlines of registrations in a hashed wheel. Invariant: a scheduled entry's tick lies in
// cursor...cursor+1023, is never later than its deadline's tick, and each bucket holds entries of one tick
// only.

import Threads

/// Deadlines by the index of their owner; moving one later, or dropping it, is one store.
///
/// A deadline fires at the first tick (2²⁵ ns, 34 ms) that begins at or after it: never early, 34 ms late at
/// most. An entry that moved later stays in its bucket and is put where it belongs when the bucket comes up.
struct TimerWheel {
    static let tickShift: UInt64 = 25
    static let bucketCount: UInt64 = 1024

    private struct Entry {
        var deadline = MonotonicInstant.never
        var tick = UInt64.max
        var next: Int32 = -1
        var previous: Int32 = -1

        var isScheduled: Bool { tick != .max }
    }

    private var entries: [Entry] = []
    private var heads = [Int32](repeating: -1, count: Int(bucketCount))
    private var occupied = [UInt64](repeating: 0, count: Int(bucketCount / 64))
    private var cursor: UInt64
    /// The first tick that holds anything, `UInt64.max` if none does.
    private var firstTick = UInt64.max

    init(now: MonotonicInstant) {
        cursor = now.nanoseconds >> Self.tickShift
    }

    /// The moment at which `popExpired` has something to do, `never` if nothing is scheduled.
    var nextDue: MonotonicInstant {
        firstTick == .max ? .never : MonotonicInstant(nanoseconds: firstTick << Self.tickShift)
    }

    /// Sets the deadline of `index`, in place of the one it had.
    mutating func arm(_ index: Int, at deadline: MonotonicInstant) {
        while entries.count <= index { entries.append(Entry()) }
        entries[index].deadline = deadline
        guard deadline != .never else { return }
        let target = max(Self.tick(of: deadline), cursor + 1)
        guard entries[index].tick > target else { return }
        if entries[index].isScheduled { unlink(index) }
        link(index, at: target)
    }

    /// Drops the deadline of `index`; what is left of it in the wheel costs one look when its bucket comes
    /// up.
    mutating func disarm(_ index: Int) {
        guard index < entries.count else { return }
        entries[index].deadline = .never
    }

    /// Takes one owner whose deadline is over, in the order of ticks; call until nil.
    mutating func popExpired(at now: MonotonicInstant) -> Int? {
        let last = now.nanoseconds >> Self.tickShift
        while firstTick <= last {
            cursor = firstTick
            let index = Int(heads[Self.bucket(of: firstTick)])
            unlink(index)
            let deadline = entries[index].deadline
            if deadline == .never { continue }
            if deadline > now {
                link(index, at: max(Self.tick(of: deadline), cursor + 1))
                continue
            }
            entries[index].deadline = .never
            return index
        }
        cursor = max(cursor, last)
        return nil
    }

    private static func tick(of deadline: MonotonicInstant) -> UInt64 {
        let (end, overflow) = deadline.nanoseconds.addingReportingOverflow((1 << tickShift) - 1)
        return (overflow ? .max : end) >> tickShift
    }

    private static func bucket(of tick: UInt64) -> Int {
        Int(tick % bucketCount)
    }

    private mutating func link(_ index: Int, at target: UInt64) {
        let tick = min(target, cursor + Self.bucketCount - 1)
        let bucket = Self.bucket(of: tick)
        let head = heads[bucket]
        entries[index].tick = tick
        entries[index].next = head
        entries[index].previous = -1
        if head >= 0 { entries[Int(head)].previous = Int32(index) }
        heads[bucket] = Int32(index)
        occupied[bucket / 64] |= 1 << UInt64(bucket % 64)
        firstTick = min(firstTick, tick)
    }

    private mutating func unlink(_ index: Int) {
        let entry = entries[index]
        let bucket = Self.bucket(of: entry.tick)
        if entry.previous >= 0 {
            entries[Int(entry.previous)].next = entry.next
        } else {
            heads[bucket] = entry.next
            if entry.next < 0 { vacate(bucket, of: entry.tick) }
        }
        if entry.next >= 0 { entries[Int(entry.next)].previous = entry.previous }
        entries[index].tick = .max
    }

    private mutating func vacate(_ bucket: Int, of tick: UInt64) {
        occupied[bucket / 64] &= ~(1 << UInt64(bucket % 64))
        if tick == firstTick { firstTick = nextOccupied(from: tick) }
    }

    /// The first tick at or after `start` whose bucket holds anything; `start` is within a turn of all of
    /// them.
    private func nextOccupied(from start: UInt64) -> UInt64 {
        let first = Self.bucket(of: start)
        let words = occupied.count
        // The first word is looked at twice: above the start's bit now, below it at the end of the turn.
        for step in 0...words {
            let word = (first / 64 + step) % words
            var bits = occupied[word]
            if step == 0 { bits &= ~0 << UInt64(first % 64) }
            if step == words { bits &= ~(~0 << UInt64(first % 64)) }
            guard bits != 0 else { continue }
            let bucket = UInt64(word * 64 + bits.trailingZeroBitCount)
            return start + (bucket + Self.bucketCount - UInt64(first)) % Self.bucketCount
        }
        return .max
    }
}
