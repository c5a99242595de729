// Deadlines: the pure wheel and the pure queue without a clock, then both on a reactor.

import Sockets
import Testing
import Threads

@testable import Reactor

private let tick: UInt64 = 1 << TimerWheel.tickShift

private func instant(_ ticks: UInt64, _ nanoseconds: UInt64 = 0) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: ticks * tick + nanoseconds)
}

@Suite("The timer wheel")
struct TimerWheelTests {
    private func expired(_ wheel: inout TimerWheel, at now: MonotonicInstant) -> [Int] {
        var indices: [Int] = []
        while let index = wheel.popExpired(at: now) { indices.append(index) }
        return indices
    }

    @Test("Nothing is due in an empty wheel")
    func empty() {
        var wheel = TimerWheel(now: instant(5))
        #expect(wheel.nextDue == .never)
        #expect(wheel.popExpired(at: instant(5000)) == nil)
    }

    @Test("A deadline fires at the tick that begins at or after it, never before")
    func neverEarly() {
        var wheel = TimerWheel(now: instant(5))
        wheel.arm(0, at: instant(7, 1))
        wheel.arm(1, at: instant(9))
        #expect(wheel.nextDue == instant(8))
        #expect(expired(&wheel, at: instant(7, tick - 1)) == [])
        #expect(expired(&wheel, at: instant(8)) == [0])
        #expect(wheel.nextDue == instant(9))
        #expect(expired(&wheel, at: instant(9)) == [1])
        #expect(wheel.nextDue == .never)
    }

    @Test("Deadlines fire in the order of their ticks, however they were armed and however late one looks")
    func order() {
        var wheel = TimerWheel(now: instant(1000))
        let ticks: [UInt64] = [1900, 1001, 1023, 1024, 1025, 2000, 1500]
        for (index, tick) in ticks.enumerated() { wheel.arm(index, at: instant(tick)) }
        #expect(expired(&wheel, at: instant(5000)) == [1, 2, 3, 4, 6, 0, 5])
    }

    @Test("A deadline beyond a turn of the wheel waits for its own turn")
    func farDeadline() {
        var wheel = TimerWheel(now: instant(0))
        wheel.arm(0, at: instant(10_000))
        var now: UInt64 = 0
        var wakes = 0
        while now < 9_999 {
            let due = wheel.nextDue
            #expect(due != .never && due > instant(now))
            now = due.nanoseconds / tick
            guard now < 10_000 else { break }
            wakes += 1
            #expect(expired(&wheel, at: due) == [])
        }
        #expect(expired(&wheel, at: instant(10_000)) == [0])
        #expect(wakes <= 10)
    }

    @Test("A deadline moved later does not fire at its old place")
    func movedLater() {
        var wheel = TimerWheel(now: instant(0))
        wheel.arm(0, at: instant(10))
        for later: UInt64 in 11...50 { wheel.arm(0, at: instant(later)) }
        #expect(expired(&wheel, at: instant(49)) == [])
        #expect(wheel.nextDue == instant(50))
        #expect(expired(&wheel, at: instant(50)) == [0])
    }

    @Test("A deadline moved earlier fires there")
    func movedEarlier() {
        var wheel = TimerWheel(now: instant(0))
        wheel.arm(0, at: instant(500))
        wheel.arm(0, at: instant(10))
        #expect(wheel.nextDue == instant(10))
        #expect(expired(&wheel, at: instant(10)) == [0])
        #expect(expired(&wheel, at: instant(600)) == [])
    }

    @Test("A dropped deadline does not fire, and the wheel is empty once its bucket has come up")
    func dropped() {
        var wheel = TimerWheel(now: instant(0))
        wheel.arm(0, at: instant(10))
        wheel.disarm(0)
        #expect(expired(&wheel, at: instant(20)) == [])
        #expect(wheel.nextDue == .never)
    }

    @Test("A dropped deadline can be set again, to any moment", arguments: [5, 10, 30] as [UInt64])
    func armedAgain(at: UInt64) {
        var wheel = TimerWheel(now: instant(0))
        wheel.arm(0, at: instant(10))
        wheel.disarm(0)
        wheel.arm(0, at: instant(at))
        #expect(expired(&wheel, at: instant(at - 1)) == [])
        #expect(expired(&wheel, at: instant(at)) == [0])
    }

    @Test("A deadline in the past fires at the next tick")
    func past() {
        var wheel = TimerWheel(now: instant(100))
        wheel.arm(0, at: instant(3))
        #expect(wheel.nextDue == instant(101))
        #expect(expired(&wheel, at: instant(101)) == [0])
    }

    @Test("Ten thousand deadlines, armed and moved at random, each fire once and in time")
    func many() {
        var random = SystemRandomNumberGenerator()
        var wheel = TimerWheel(now: instant(7))
        var deadlines: [UInt64] = []
        for index in 0..<10_000 {
            wheel.arm(index, at: instant(UInt64.random(in: 8...4000, using: &random)))
            let final = UInt64.random(in: 8...4000, using: &random)
            wheel.arm(index, at: instant(final))
            deadlines.append(final)
        }
        var fired = 0
        while wheel.nextDue != .never {
            let now = wheel.nextDue
            for index in expired(&wheel, at: now) {
                fired += 1
                #expect(instant(deadlines[index]) == now)
            }
        }
        #expect(fired == 10_000)
    }
}

@Suite("The sleep queue")
struct SleepQueueTests {
    @Test("Sleepers wake in the order of their deadlines, equal ones in the order they came")
    func order() {
        var queue = SleepQueue<String>()
        for (ticket, (name, deadline)) in [("c", 30), ("a", 10), ("b", 20), ("a2", 10)].enumerated() {
            queue.insert(name, ticket: UInt64(ticket), until: MonotonicInstant(nanoseconds: UInt64(deadline)))
        }
        #expect(queue.nextDue() == MonotonicInstant(nanoseconds: 10))
        var woken: [String] = []
        while let name = queue.popExpired(at: MonotonicInstant(nanoseconds: 25)) { woken.append(name) }
        #expect(woken == ["a", "a2", "b"])
        #expect(queue.nextDue() == MonotonicInstant(nanoseconds: 30))
    }

    @Test("One that was removed neither wakes nor keeps the queue awake")
    func removed() {
        var queue = SleepQueue<Int>()
        for ticket in 0..<1000 {
            queue.insert(
                ticket, ticket: UInt64(ticket), until: MonotonicInstant(nanoseconds: UInt64(2000 - ticket)))
        }
        for ticket in 1..<1000 { #expect(queue.remove(ticket: UInt64(ticket)) == ticket) }
        #expect(queue.remove(ticket: 5) == nil)
        #expect(queue.nextDue() == MonotonicInstant(nanoseconds: 2000))
        #expect(queue.popExpired(at: MonotonicInstant(nanoseconds: 2000)) == 0)
        #expect(queue.nextDue() == .never)
    }
}

@Suite("Instants")
struct MonotonicInstantTests {
    @Test("A sum that does not fit is never")
    func saturates() {
        #expect(instant(1).adding(nanoseconds: .max) == .never)
        #expect(instant(1) + .seconds(Int64.max) == .never)
        #expect(instant(1) + .seconds(-1) == instant(1))
    }

    @Test("Differences have a sign")
    func differences() {
        let early = MonotonicInstant(nanoseconds: 1_000)
        let late = early + .milliseconds(2)
        #expect(late - early == .milliseconds(2))
        #expect(early - late == .milliseconds(-2))
    }
}

@Suite("Deadlines on a reactor", .timeLimit(.minutes(1)))
struct DeadlineTests {
    @Test("A wait ends at its deadline, not before and not a second later")
    func timesOut() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            #expect(try near.drain() == 0)
            let deadline = MonotonicInstant.current() + .milliseconds(40)
            #expect(await registration.wait(for: .read, until: deadline) == .timedOut)
            let late = MonotonicInstant.current() - deadline
            #expect(late >= .zero && late < .seconds(1))
            withExtendedLifetime(far) {}
        }
    }

    @Test("Ready wins over a deadline that has passed; a passed one ends the wait at once")
    func readyWins() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            let past = MonotonicInstant(nanoseconds: 1)
            #expect(await registration.wait(for: .read, until: past) == .ready)
            #expect(try near.drain() == 0)
            #expect(await registration.wait(for: .read, until: past) == .timedOut)
            withExtendedLifetime(far) {}
        }
    }

    @Test("The deadline of a wait that has ended does not end the next one")
    func deadlineEndsWithWait() async throws {
        try await onReactor { reactor in
            let (near, far) = try StreamSocket.pair()
            let registration = try reactor.register(near)
            let handle = registration.handle
            #expect(try near.drain() == 0)
            let soon = MonotonicInstant.current() + .milliseconds(40)
            let farDescriptor = far.rawValue
            reactor.execute { poke(farDescriptor) }
            #expect(await registration.wait(for: .read, until: soon) == .ready)
            #expect(try near.drain() == 1)
            let interrupting = Task(executorPreference: reactor) {
                await reactor.sleep(until: soon + .milliseconds(40))
                handle.interrupt()
            }
            #expect(await registration.wait(for: .read) == .interrupted)
            await interrupting.value
            withExtendedLifetime(far) {}
        }
    }

    @Test("A sleep takes at least its time, and shorter ones end first")
    func sleeps() async throws {
        try await onReactor { reactor in
            let start = MonotonicInstant.current()
            let order = await withTaskGroup(of: Int.self) { group in
                for milliseconds in [30, 10, 20] {
                    group.addTask {
                        #expect(await reactor.sleep(for: .milliseconds(milliseconds)) == .elapsed)
                        return milliseconds
                    }
                }
                return await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(order == [10, 20, 30])
            #expect(MonotonicInstant.current() - start >= .milliseconds(30))
        }
    }

    @Test("Cancelling a task ends its sleep, before it began too")
    func cancelledSleep() async throws {
        try await onReactor { reactor in
            let sleeping = Task(executorPreference: reactor) { await reactor.sleep(until: .never) }
            await Task.yield()
            sleeping.cancel()
            #expect(await sleeping.value == .cancelled)
            let late = Task(executorPreference: reactor) { await reactor.sleep(until: .never) }
            late.cancel()
            #expect(await late.value == .cancelled)
            #expect(reactor.sleeps.count == 0)
        }
    }

    @Test("Ten thousand sleeping tasks all wake")
    func manySleeps() async throws {
        try await onReactor { reactor in
            await withTaskGroup(of: SleepOutcome.self) { group in
                for number in 0..<10_000 {
                    group.addTask { await reactor.sleep(for: .microseconds(number)) }
                }
                for await outcome in group where outcome != .elapsed { Issue.record("cancelled") }
            }
            #expect(reactor.sleeps.count == 0)
        }
    }
}
