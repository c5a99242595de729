// Watching descriptors. Invariant: a slot is claimed and released on the loop's thread only.

import Sockets
import SystemPackage

extension Reactor {
    /// Watches a connection, edge-triggered in both directions, with one epoll_ctl(2) for its whole life.
    ///
    /// The slot keeps the socket open until the registration ends.
    package func register(_ socket: StreamSocket) throws(ReactorFailure) -> Registration {
        try register(.stream(socket), EpollEvents.stream)
    }

    /// Watches a listening socket, level-triggered and EPOLLEXCLUSIVE: one of the reactors that share it
    /// wakes.
    ///
    /// It stays the caller's and must outlive the registration. While nobody means to accept, `pause()` it:
    /// the kernel goes on reporting it otherwise.
    package func registerListener(_ descriptor: CInt) throws(ReactorFailure) -> Registration {
        try register(.listener(descriptor), EpollEvents.listener)
    }

    /// Watches a signalfd, timerfd, eventfd, inotify or pipe for reading, edge-triggered.
    ///
    /// It stays the caller's, must be non-blocking, and must be read until it would block before each wait.
    package func registerDescriptor(_ descriptor: CInt) throws(ReactorFailure) -> Registration {
        try register(.descriptor(descriptor), EpollEvents.source)
    }

    private func register(_ source: ReadinessSlot.Source, _ mask: UInt32) throws(ReactorFailure)
        -> Registration
    {
        preconditionOnReactor()
        let slot = slots.claim()
        slot.source = source
        do throws(Errno) {
            try epoll.add(slot.descriptor, mask, slot.name)
        } catch {
            let context = "descriptor \(slot.descriptor)"
            slots.release(slot)
            throw ReactorFailure(.watch, error, context)
        }
        return Registration(reactor: self, slot: slot)
    }

    /// Ends the wait of a slot, if any, and its deadline.
    func end(_ slot: ReadinessSlot, _ outcome: WaitOutcome) {
        if slot.isTimed {
            slot.isTimed = false
            wheel.disarm(Int(slot.index))
        }
        slot.resume(outcome)
    }

    func cancel(_ name: SlotName) {
        guard let slot = slots.live(name) else { return }
        slot.isCancelled = true
        end(slot, .cancelled)
    }

    func interrupt(_ name: SlotName) {
        guard let slot = slots.live(name) else { return }
        if slot.hasWaiter {
            end(slot, .interrupted)
        } else {
            slot.isInterrupted = true
        }
    }

    func deregister(_ name: SlotName) {
        guard let slot = slots.live(name) else { return }
        // A socket that is closed already has left epoll with that, epoll(7).
        if !slot.isPaused, slot.descriptor >= 0 { epoll.remove(slot.descriptor) }
        end(slot, .cancelled)
        slots.release(slot)
    }

    func cancelEverything() {
        for name in slots.names { cancel(name) }
        for sleeper in sleeps.removeAll() { sleeper.resume(.cancelled) }
    }
}
