// What a reactor knows of one watched descriptor. Invariant: at most one task waits; it is resumed exactly
// once.

import Sockets

/// What a wait may wait for.
package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let read = Interest(rawValue: 1)
    package static let write = Interest(rawValue: 2)
    /// The peer's end of its side, or a failed connection, even while bytes wait to be read.
    package static let hangup = Interest(rawValue: 4)
}

/// Why a wait ended.
package enum WaitOutcome: Sendable {
    /// Something of the interest is there: try again.
    case ready
    /// The deadline came first.
    case timedOut
    /// Somebody called `interrupt()`.
    case interrupted
    /// The registration was cancelled or has ended; every later wait says the same at once.
    case cancelled
}

/// A place in the table, used again and again under new generations.
@safe
final class ReadinessSlot {
    enum Source {
        case free
        case stream(StreamSocket)
        case listener(CInt)
        case descriptor(CInt)
    }

    let index: UInt32
    // Unchecked exclusivity as in `Reactor`: one thread, plain loads and stores.
    @safe @exclusivity(unchecked) var generation: UInt32 = 1
    @safe @exclusivity(unchecked) var source = Source.free
    @safe @exclusivity(unchecked) var isPaused = false
    @safe @exclusivity(unchecked) var isCancelled = false
    @safe @exclusivity(unchecked) var isInterrupted = false
    /// Readiness of what is not a stream; a stream keeps its own.
    @safe @exclusivity(unchecked) var isSignalled = false
    @safe @exclusivity(unchecked) var isTimed = false
    @safe @exclusivity(unchecked) private var interest: Interest = []
    @exclusivity(unchecked) private var waiter: UnsafeContinuation<WaitOutcome, Never>?

    init(index: UInt32) {
        self.index = index
    }

    var name: SlotName { SlotName(index: index, generation: generation) }
    var hasWaiter: Bool { unsafe waiter != nil }

    var descriptor: CInt {
        switch source {
        case .free: -1
        case .stream(let socket): socket.rawValue
        case .listener(let descriptor), .descriptor(let descriptor): descriptor
        }
    }

    /// Whether a wait for `interest` would end at once.
    func isReady(for interest: Interest) -> Bool {
        switch source {
        case .stream(let socket):
            socket.mayProceed(
                reading: interest.contains(.read), writing: interest.contains(.write),
                hangup: interest.contains(.hangup))
        case .listener, .descriptor: isSignalled
        case .free: false
        }
    }

    /// Records an event and says whether the waiter is to be resumed for it.
    func record(_ events: UInt32) -> Bool {
        switch source {
        case .stream(let socket):
            socket.becameReady(
                readable: events & EpollEvents.input != 0,
                writable: events & EpollEvents.output != 0,
                hangup: events & EpollEvents.peerHangup != 0,
                failed: events & (EpollEvents.hangup | EpollEvents.error) != 0)
        case .listener, .descriptor:
            isSignalled = true
        case .free:
            return false
        }
        return hasWaiter && isReady(for: interest)
    }

    func park(_ continuation: UnsafeContinuation<WaitOutcome, Never>, for interest: Interest) {
        unsafe precondition(waiter == nil, "two tasks wait on one registration")
        self.interest = interest
        unsafe waiter = unsafe continuation
    }

    /// Resumes the waiter, if there is one; it runs later, as a job.
    func resume(_ outcome: WaitOutcome) {
        guard let continuation = unsafe waiter else { return }
        unsafe waiter = nil
        if outcome == .ready { isSignalled = false }
        unsafe continuation.resume(returning: outcome)
    }

    /// Makes the slot free for the next owner: names of this generation are dead from here on.
    func clear() {
        generation &+= 1
        source = .free
        isPaused = false
        isCancelled = false
        isInterrupted = false
        isSignalled = false
        isTimed = false
    }
}

/// The slots of one reactor. Invariant: a slot is in the free list exactly while its source is `free`.
struct SlotTable {
    private var slots: [ReadinessSlot] = []
    private var free: [Int] = []

    /// How many slots there are, in use or not.
    var capacity: Int { slots.count }
    var inUse: Int { slots.count - free.count }

    mutating func claim() -> ReadinessSlot {
        if let index = free.popLast() { return slots[index] }
        let slot = ReadinessSlot(index: UInt32(slots.count))
        slots.append(slot)
        return slot
    }

    mutating func release(_ slot: ReadinessSlot) {
        slot.clear()
        free.append(Int(slot.index))
    }

    /// The slot at `index`, whatever its generation.
    subscript(index: Int) -> ReadinessSlot { slots[index] }

    /// The slot of that name, nil if it has ended since.
    func live(_ name: SlotName) -> ReadinessSlot? {
        guard name.index < slots.count else { return nil }
        let slot = slots[name.index]
        return slot.generation == name.generation ? slot : nil
    }

    /// The names of the slots in use.
    var names: [SlotName] {
        slots.filter { if case .free = $0.source { false } else { true } }.map(\.name)
    }
}
