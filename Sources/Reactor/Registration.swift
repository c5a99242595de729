// The owner's side of a watched descriptor. Invariant: used on its reactor's thread only.

import Sockets
import SystemPackage
import Threads

/// A descriptor that a reactor watches, and the place where one task waits for it.
///
/// Try the operation first and wait when it would block: readiness that came in between is remembered. A
/// task's cancellation ends the waits of a connection if its handler is installed once, around all of them:
/// ```swift
/// let handle = registration.handle
/// await withTaskCancellationHandler { await serve(registration) } onCancel: { handle.cancel() }
/// ```
/// A registration that is dropped is deregistered.
package final class Registration {
    package let reactor: Reactor
    private let slot: ReadinessSlot
    private let name: SlotName

    init(reactor: Reactor, slot: ReadinessSlot) {
        self.reactor = reactor
        self.slot = slot
        name = slot.name
    }

    deinit {
        let (reactor, name) = (reactor, name)
        if reactor.isOnReactor {
            reactor.deregister(name)
        } else {
            // A task's frame may be freed by whoever held the task last.
            reactor.execute { reactor.deregister(name) }
        }
    }

    /// Waits until something of `interest` is there, or for one of the other outcomes.
    ///
    /// Cancelled, interrupted, ready and timed out are looked at in that order and answered without
    /// suspending. On a listener or plain descriptor `interest` is not looked at, and `ready` consumes the
    /// readiness.
    /// - Parameter deadline: a moment that may be moved with each wait at no cost; it fires up to 34 ms late.
    package func wait(for interest: Interest, until deadline: MonotonicInstant = .never) async -> WaitOutcome
    {
        if let outcome = outcome(for: interest, until: deadline) { return outcome }
        return unsafe await withUnsafeContinuation { continuation in
            unsafe slot.park(continuation, for: interest)
        }
    }

    private func outcome(for interest: Interest, until deadline: MonotonicInstant) -> WaitOutcome? {
        reactor.preconditionOnReactor()
        if slot.isCancelled || slot.generation != name.generation { return .cancelled }
        if slot.isInterrupted {
            slot.isInterrupted = false
            return .interrupted
        }
        if slot.isReady(for: interest) {
            slot.isSignalled = false
            return .ready
        }
        reactor.statistics.waits += 1
        guard deadline != .never else { return nil }
        guard deadline > reactor.now else { return .timedOut }
        slot.isTimed = true
        reactor.wheel.arm(Int(slot.index), at: deadline)
        return nil
    }

    /// Ends the wait under way with `interrupted`, or else the next one.
    package func interrupt() {
        reactor.preconditionOnReactor()
        reactor.interrupt(name)
    }

    /// Ends the wait under way and every later one with `cancelled`.
    package func cancel() {
        reactor.preconditionOnReactor()
        reactor.cancel(name)
    }

    /// Stops watching now; the slot goes to the next registration. A second call does nothing.
    package func deregister() {
        reactor.preconditionOnReactor()
        reactor.deregister(name)
    }

    /// Stops the events of a listener until `resume()`, so that its connections wait in the backlog.
    package func pause() {
        reactor.preconditionOnReactor()
        guard slot.generation == name.generation, !slot.isPaused else { return }
        slot.isPaused = true
        slot.isSignalled = false
        reactor.epoll.remove(slot.descriptor)
    }

    /// Takes up the events of a paused listener; connections that wait already are reported.
    package func resume() throws(ReactorFailure) {
        reactor.preconditionOnReactor()
        guard slot.generation == name.generation, slot.isPaused else { return }
        do throws(Errno) {
            try reactor.epoll.add(slot.descriptor, EpollEvents.listener, name)
        } catch {
            throw ReactorFailure(.watch, error, "descriptor \(slot.descriptor)")
        }
        slot.isPaused = false
    }

    /// What other threads may do to this registration; it outlives it harmlessly.
    package var handle: Handle { Handle(reactor: reactor, name: name) }

    /// Cancels or interrupts a registration from any thread, never before the call returns on another one.
    package struct Handle: Sendable {
        let reactor: Reactor
        let name: SlotName

        package func cancel() {
            if reactor.isOnReactor {
                reactor.cancel(name)
            } else {
                reactor.execute { reactor.cancel(name) }
            }
        }

        package func interrupt() {
            if reactor.isOnReactor {
                reactor.interrupt(name)
            } else {
                reactor.execute { reactor.interrupt(name) }
            }
        }
    }
}
