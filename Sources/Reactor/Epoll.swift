// The kernel's readiness queue, epoll(7). Invariant: its datum is a `SlotName`, never a descriptor.

import CLinux
import Glibc
import Sockets
import SystemPackage

/// A slot at one time of its life: a number that was reused differs in its generation.
struct SlotName: Hashable, Sendable {
    let datum: UInt64

    init(index: UInt32, generation: UInt32) {
        datum = UInt64(generation) << 32 | UInt64(index)
    }

    init(datum: UInt64) {
        self.datum = datum
    }

    var index: Int { Int(UInt32(truncatingIfNeeded: datum)) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: datum >> 32) }
}

/// The bits of epoll_event.events.
enum EpollEvents {
    static let input = EPOLLIN.rawValue
    static let output = EPOLLOUT.rawValue
    static let error = EPOLLERR.rawValue
    static let hangup = EPOLLHUP.rawValue
    static let peerHangup = EPOLLRDHUP.rawValue
    static let exclusive = EPOLLEXCLUSIVE.rawValue
    static let edge = EPOLLET.rawValue

    static let stream = input | output | peerHangup | edge
    static let listener = input | exclusive
    static let source = input | edge
}

/// Owner of an epoll instance and of the buffer that it reports into.
@safe
struct Epoll: ~Copyable {
    static let batch = 256

    private let descriptor: OwnedDescriptor
    private let events: UnsafeMutablePointer<epoll_event>

    init() throws(Errno) {
        let number = try Syscall.retrying { epoll_create1(CInt(EPOLL_CLOEXEC)) }
        descriptor = OwnedDescriptor(takingOwnership: number)
        unsafe events = .allocate(capacity: Self.batch)
        unsafe events.initialize(repeating: epoll_event(), count: Self.batch)
    }

    deinit {
        unsafe events.deallocate()
    }

    func add(_ watched: CInt, _ mask: UInt32, _ name: SlotName) throws(Errno) {
        var event = unsafe epoll_event()
        unsafe event.events = mask
        unsafe event.data.u64 = name.datum
        try Syscall.retrying { unsafe epoll_ctl(descriptor.rawValue, EPOLL_CTL_ADD, watched, &event) }
    }

    /// Stops watching. A descriptor that was closed has left by itself, so no error here matters.
    func remove(_ watched: CInt) {
        var event = unsafe epoll_event()
        _ = unsafe epoll_ctl(descriptor.rawValue, EPOLL_CTL_DEL, watched, &event)
    }

    /// Waits for up to `batch` events; -1 waits for ever, an interruption is no event.
    func wait(milliseconds: CInt) -> Int {
        let count = unsafe epoll_wait(descriptor.rawValue, events, CInt(Self.batch), milliseconds)
        if count >= 0 { return Int(count) }
        let error = Syscall.lastError
        precondition(error == .interrupted, "epoll_wait on our own descriptor and buffer: \(error)")
        return 0
    }

    /// The events of the last `wait`, by position.
    @inline(__always)
    subscript(position: Int) -> (name: SlotName, events: UInt32) {
        let event = unsafe events[position]
        return unsafe (SlotName(datum: event.data.u64), event.events)
    }
}
