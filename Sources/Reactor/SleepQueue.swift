// Exact deadlines of sleeping tasks: few, so a heap, with cancelled ones left in it as tombstones.
// Invariant: a sleeper is in `sleepers` until it is taken, exactly once.

import Threads

/// Sleepers ordered by deadline, then by their order of arrival.
struct SleepQueue<Sleeper> {
    private struct Entry {
        let deadline: MonotonicInstant
        let ticket: UInt64

        func precedes(_ other: Entry) -> Bool {
            (deadline, ticket) < (other.deadline, other.ticket)
        }
    }

    private var heap: [Entry] = []
    private var sleepers: [UInt64: Sleeper] = [:]

    var count: Int { sleepers.count }

    /// The first deadline, `never` if nobody sleeps.
    mutating func nextDue() -> MonotonicInstant {
        while let first = heap.first {
            if sleepers[first.ticket] != nil { return first.deadline }
            removeFirst()
        }
        return .never
    }

    /// Adds a sleeper under a ticket that was never used before.
    mutating func insert(_ sleeper: Sleeper, ticket: UInt64, until deadline: MonotonicInstant) {
        sleepers[ticket] = sleeper
        heap.append(Entry(deadline: deadline, ticket: ticket))
        siftUp(heap.count - 1)
    }

    /// Takes a sleeper out before its time; nil if it has gone.
    mutating func remove(ticket: UInt64) -> Sleeper? {
        let sleeper = sleepers.removeValue(forKey: ticket)
        if heap.count > 2 * sleepers.count + 64 { removeTombstones() }
        return sleeper
    }

    /// Takes the next sleeper whose deadline is over; call until nil.
    mutating func popExpired(at now: MonotonicInstant) -> Sleeper? {
        while let first = heap.first, first.deadline <= now {
            removeFirst()
            if let sleeper = sleepers.removeValue(forKey: first.ticket) { return sleeper }
        }
        return nil
    }

    /// Takes everybody.
    mutating func removeAll() -> [Sleeper] {
        defer {
            heap = []
            sleepers = [:]
        }
        return Array(sleepers.values)
    }

    private mutating func removeTombstones() {
        // A sorted array is a heap.
        heap = heap.filter { sleepers[$0.ticket] != nil }.sorted { $0.precedes($1) }
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        guard !heap.isEmpty else { return }
        heap[0] = last
        siftDown()
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].precedes(heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
