// Waiting for descriptors: what wakes a task, and what must not.

import CLinux
import Glibc
import Sockets
import SystemPackage
import Testing

@testable import Reactor

@Suite("Readiness", .timeLimit(.minutes(1)))
struct ReadinessTests {
    @Test("A stale event does not reach the connection that got the same descriptor and slot")
    func recycledDescriptor() async throws {
        try await onReactor { reactor in
            let stale: SlotName
            let number: CInt
            do {
                let (old, peer) = try StreamSocket.pair()
                number = old.rawValue
                let registration = try reactor.register(old)
                stale = reactor.slots[0].name
                registration.deregister()
                withExtendedLifetime((old, peer)) {}
            }
            let (near, far) = try StreamSocket.pair()
            let reused = near.rawValue == number ? near : far
            let registration = try reactor.register(reused)
            #expect(reactor.slots[0].name.index == stale.index)
            #expect(try reused.drain() == 0)
            reactor.dispatch(EpollEvents.input | EpollEvents.peerHangup, to: stale)
            #expect(!reused.isReadable && !reused.sawHangup)
            reactor.dispatch(EpollEvents.input, to: reactor.slots[0].name)
            #expect(reused.isReadable)
            withExtendedLifetime(registration) {}
        }
    }

    @Test("A hangup that nobody waits for is reported once")
    func hangupWithoutInterest() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            #expect(try near.drain() == 0)
            far.close()
            #expect(await registration.wait(for: .hangup) == .ready)
            let before = reactor.statistics.ticks
            await reactor.sleep(for: .milliseconds(100))
            #expect(reactor.statistics.ticks - before <= 3)
            #expect(await registration.wait(for: .read) == .ready)
            #expect(try near.drain() == nil)
        }
    }

    @Test(
        "RFC 9293 §3.6: a peer that has ended its side is no failure, since it still reads; one that has gone is"
    )
    func halfClose() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            far.shutdownWrite()
            #expect(await registration.wait(for: .hangup) == .ready)
            #expect(near.sawHangup && !near.hasFailed)
            try near.sendByte()
            #expect(try far.drain() == 1)
            far.close()
            while !near.hasFailed { await Task.yield() }
            #expect(near.sawHangup && near.isReadable && near.isWritable)
        }
    }

    @Test("A wake between would-block and await is kept")
    func wakeBeforeWait() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            #expect(try near.drain() == 0)
            try far.sendByte()
            while !near.isReadable { await Task.yield() }
            let before = reactor.statistics.waits
            #expect(await registration.wait(for: .read) == .ready)
            #expect(reactor.statistics.waits == before)
        }
    }

    @Test("Writable after the peer has read")
    func writable() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            let bytes = [UInt8](repeating: 0, count: 1 << 16)
            while near.isWritable { _ = try near.send(bytes.span) }
            let reading = try reactor.register(far)
            #expect(await reading.wait(for: .read) == .ready)
            #expect(try near.send(bytes.span) == .wantWrite)
            while try far.drain() ?? 0 > 0 { far.becameReady(readable: true, writable: false, hangup: false) }
            #expect(await registration.wait(for: .write) == .ready)
        }
    }

    @Test("Cancelling the task from another thread ends its wait")
    func cancelledWhileWaiting() async throws {
        let isParked = Event()
        let reactor = try Reactor(name: "cancel")
        try reactor.start()
        let task = Task(executorPreference: reactor) {
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            let handle = registration.handle
            #expect(try near.drain() == 0)
            reactor.execute { isParked.raise() }
            let outcome = await withTaskCancellationHandler {
                await registration.wait(for: .read)
            } onCancel: {
                handle.cancel()
            }
            #expect(await registration.wait(for: .read) == .cancelled, "for ever")
            withExtendedLifetime(far) {}
            return outcome
        }
        await isParked.wait()
        task.cancel()
        #expect(try await task.value == .cancelled)
        reactor.stop()
        reactor.join()
    }

    @Test("Cancelled before waiting: no wait, even if ready")
    func cancelledBeforeWaiting() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            registration.handle.cancel()
            #expect(await registration.wait(for: .read) == .cancelled)
            withExtendedLifetime(far) {}
        }
    }

    @Test("A handle that outlives its registration does not touch the next one")
    func staleHandle() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let first = try reactor.register(near)
            let handle = first.handle
            first.deregister()
            let second = try reactor.register(far)
            handle.cancel()
            handle.interrupt()
            #expect(await second.wait(for: .write) == .ready)
            #expect(await first.wait(for: .write) == .cancelled)
        }
    }

    @Test("An interruption wakes the waiter, or else the next wait, once")
    func interrupts() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            let handle = registration.handle
            #expect(try near.drain() == 0)
            reactor.execute { handle.interrupt() }
            #expect(await registration.wait(for: .read) == .interrupted)
            registration.interrupt()
            registration.interrupt()
            #expect(await registration.wait(for: .write) == .interrupted)
            #expect(await registration.wait(for: .write) == .ready)
            withExtendedLifetime(far) {}
        }
    }

    @Test("Deregistering ends the wait under way")
    func deregisters() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            #expect(try near.drain() == 0)
            let name = reactor.slots[0].name
            reactor.execute { reactor.deregister(name) }
            #expect(await registration.wait(for: .read) == .cancelled)
            withExtendedLifetime(far) {}
        }
    }

    @Test("A registration that is dropped frees its slot and its socket, wherever that happens")
    func dropped() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            do { _ = try reactor.register(near) }
            #expect(reactor.slots.inUse == 0)
            nonisolated(unsafe) var registration: Registration? = try reactor.register(far)
            #expect(reactor.slots.inUse == 1)
            await Task.detached {
                unsafe registration = nil
                // From elsewhere it goes the same way, behind the deregistration.
                await withCheckedContinuation { taken in reactor.execute { taken.resume() } }
            }.value
            #expect(reactor.slots.inUse == 0)
            #expect(unsafe registration == nil)
        }
    }

    @Test("Ten thousand registrations one after the other use one slot")
    func slotsAreReused() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            for _ in 0..<10_000 { try reactor.register(near).deregister() }
            #expect(reactor.slots.capacity == 1)
            withExtendedLifetime(far) {}
        }
    }

    @Test("An eventfd is awaited, and a regular file cannot be")
    func plainDescriptors() async throws {
        try await onReactor { reactor in
            let event = OwnedDescriptor(takingOwnership: eventfd(0, CInt(EFD_NONBLOCK | EFD_CLOEXEC)))
            let registration = try reactor.registerDescriptor(event.rawValue)
            let number = event.rawValue
            reactor.execute {
                var one: UInt64 = 1
                _ = unsafe write(number, &one, 8)
            }
            #expect(await registration.wait(for: .read) == .ready)
            let file = OwnedDescriptor(takingOwnership: unsafe open("/proc/self/exe", O_RDONLY | O_CLOEXEC))
            let failure = #expect(throws: ReactorFailure.self) {
                try reactor.registerDescriptor(file.rawValue)
            }
            #expect(failure?.errno == .notPermitted)
            #expect(reactor.slots.inUse == 1)
        }
    }
}
