// Which thread runs what: the reactor as a task executor.

import Sockets
import Synchronization
import Testing
import Threads

@testable import Reactor

private actor Elsewhere {
    func touch() {}
}

@concurrent
private func onTheGlobalExecutor(_ reactor: Reactor) async -> Bool {
    reactor.isOnReactor
}

@Suite("The reactor as an executor", .timeLimit(.minutes(1)))
struct ExecutorTests {
    @Test("A task stays on the reactor's thread over yields, child tasks, sleeps and groups")
    func staysOnThread() async throws {
        try await onReactor { reactor in
            #expect(reactor.isOnReactor)
            await Task.yield()
            #expect(reactor.isOnReactor)
            await reactor.sleep(for: .milliseconds(1))
            #expect(reactor.isOnReactor)
            async let child = reactor.isOnReactor
            #expect(await child)
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 { group.addTask { reactor.isOnReactor } }
                for await isThere in group { #expect(isThere) }
            }
            #expect(reactor.isOnReactor)
        }
    }

    @Test("Whoever does not know its reactor sleeps on it all the same, in child tasks too")
    func sleepsOnCurrent() async throws {
        try await onReactor { reactor in
            try await Reactor.sleepOnCurrent(for: .milliseconds(1))
            #expect(reactor.isOnReactor)
            async let child: Void = Reactor.sleepOnCurrent(for: .milliseconds(1))
            try await child
            let cancelled = Task(executorPreference: reactor) {
                try await Reactor.sleepOnCurrent(for: .seconds(3_600))
            }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
        }
    }

    @Test("A task comes back after an actor, another reactor, a detached task and the global executor")
    func comesBack() async throws {
        let other = try Reactor(name: "other")
        try other.start()
        try await onReactor { reactor in
            await Elsewhere().touch()
            #expect(reactor.isOnReactor)
            #expect(await Task(executorPreference: other) { other.isOnReactor && !reactor.isOnReactor }.value)
            #expect(reactor.isOnReactor)
            #expect(await Task.detached { !reactor.isOnReactor }.value)
            #expect(reactor.isOnReactor)
            _ = await onTheGlobalExecutor(reactor)
            #expect(reactor.isOnReactor)
        }
        other.stop()
        other.join()
    }

    @Test("What was handed over before the start runs after it, in order")
    func beforeStart() async throws {
        let reactor = try Reactor(name: "late")
        let order = Mutex<[Int]>([])
        let done = Event()
        for number in 0..<3 { reactor.execute { order.withLock { $0.append(number) } } }
        reactor.execute { done.raise() }
        let task = Task(executorPreference: reactor) { reactor.isOnReactor }
        try reactor.start()
        await done.wait()
        #expect(await task.value)
        #expect(order.withLock { $0 } == [0, 1, 2])
        reactor.stop()
        reactor.join()
    }

    @Test("A call is never made before execute returns, on the reactor too")
    func executeIsLater() async throws {
        try await onReactor { reactor in
            let calls = Counter()
            let made = Event()
            reactor.execute {
                calls.add()
                made.raise()
            }
            #expect(calls.value == 0)
            await made.wait()
            #expect(calls.value == 1)
        }
    }

    @Test("A storm of jobs does not starve a ready descriptor")
    func jobStorm() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            #expect(try near.drain() == 0)
            let served = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask { while served.value == 0 { await Task.yield() } }
                }
                await Task.yield()
                try far.sendByte()
                #expect(await registration.wait(for: .read) == .ready)
                served.add()
                try await group.waitForAll()
            }
        }
    }

    @Test("A storm of calls does not starve a ready descriptor")
    func callStorm() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            #expect(try near.drain() == 0)
            let storm = CallStorm(reactor)
            storm.blow()
            try far.sendByte()
            #expect(await registration.wait(for: .read) == .ready)
            storm.isOver.add()
        }
    }

    @Test("A thousand deliveries to a busy loop cost one write of the eventfd")
    func coalesces() async throws {
        let (gate, opener) = try StreamSocket.pair()
        let gateDescriptor = gate.rawValue
        let reactor = try Reactor(name: "busy")
        try reactor.start()
        let isBusy = Event()
        reactor.execute {
            // Reading the counter sets it to 0; the reactor itself never does.
            #expect(eventfdCount(reactor.inbox.descriptor) == 1)
            isBusy.raise()
            block(on: gateDescriptor)
        }
        await isBusy.wait()
        let made = Counter()
        for _ in 0..<1000 { reactor.execute { made.add() } }
        let done = Event()
        reactor.execute { done.raise() }
        try opener.sendByte()
        await done.wait()
        // Not before: an eventfd that was read is no longer ready, and the wake would be lost.
        #expect(eventfdCount(reactor.inbox.descriptor) == 1)
        #expect(made.value == 1000)
        reactor.stop()
        reactor.join()
        withExtendedLifetime(gate) {}
    }

    @Test("An idle reactor makes no ticks")
    func idle() async throws {
        let idle = try Reactor(name: "idle")
        try idle.start()
        let ticks: @Sendable () async -> Int = {
            await Task(executorPreference: idle) { idle.statistics.ticks }.value
        }
        _ = await ticks()
        let before = await ticks()
        // The time passes on another reactor's clock.
        _ = try await onReactor { await $0.sleep(for: .milliseconds(150)) }
        #expect(await ticks() - before <= 2, "one for the question, one for the end of its task")
        idle.stop()
        idle.join()
    }

    @Test("Stopping cancels waits and sleeps and runs what follows from it")
    func stops() async throws {
        let reactor = try Reactor(name: "stop")
        try reactor.start()
        let isParked = Event()
        let waiting = Task(executorPreference: reactor) {
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            #expect(try near.drain() == 0)
            let outcome = await registration.wait(for: .read)
            withExtendedLifetime(far) {}
            return outcome
        }
        let sleeping = Task(executorPreference: reactor) {
            reactor.execute { isParked.raise() }
            return await reactor.sleep(until: .never)
        }
        await isParked.wait()
        reactor.stop()
        #expect(try await waiting.value == .cancelled)
        #expect(await sleeping.value == .cancelled)
        reactor.join()
    }
}

/// Calls that make calls for as long as they are let.
private final class CallStorm: Sendable {
    let isOver = Counter()
    private let reactor: Reactor

    init(_ reactor: Reactor) {
        self.reactor = reactor
    }

    func blow() {
        guard isOver.value == 0 else { return }
        reactor.execute { self.blow() }
    }
}
