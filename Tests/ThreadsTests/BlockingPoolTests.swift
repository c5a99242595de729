import Testing
import Threads

@Suite(.timeLimit(.minutes(1)))
struct BlockingPoolTests {
    private struct Refusal: Error, Equatable {
        let number: Int
    }

    @Test("A result comes back, and so does an error")
    func resultsAndErrors() async throws {
        let pool = BlockingPool(threads: 2)
        #expect(try await pool.run { 6 * 7 } == 42)
        await #expect(throws: Refusal(number: 3)) { try await pool.run { throw Refusal(number: 3) } }
    }

    @Test("More calls than threads all end")
    func moreCallsThanThreads() async throws {
        let pool = BlockingPool(threads: 3)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<500 { group.addTask { try await pool.run { number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 499 * 500 / 2)
    }

    @Test("No more calls run at a time than there are threads")
    func isBounded() async throws {
        let pool = BlockingPool(threads: 2)
        let running = Monitor((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    try await pool.run {
                        running.withLock {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        running.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        let most = running.withLock { $0.most }
        #expect(most >= 1 && most <= 2)
    }

    @Test("Two calls that wait for each other both run: threads are started while others block")
    func startsThreadsWhileOthersBlock() async throws {
        let pool = BlockingPool(threads: 2)
        let arrived = Monitor(0)
        let meet: @Sendable () -> Void = {
            arrived.withLock { $0 += 1 }
            arrived.signal()
            arrived.wait { $0 == 2 ? () : nil }
            arrived.signal()
        }
        async let first: Void = pool.run(meet)
        async let second: Void = pool.run(meet)
        _ = try await (first, second)
    }

    // On one actor the tasks below queue their calls in their order.
    @MainActor @Test("What a call held goes when it has run, though others still wait")
    func releases() async throws {
        let pool = BlockingPool(threads: 1)
        let gate = Gate()
        let first = Task { try await pool.run { gate.pass(1) } }
        let call = Task {
            let held = Held(gate)
            try await pool.run { _ = held }
        }
        let second = Task { try await pool.run { gate.pass(2) } }
        let last = Task { try await pool.run {} }
        await Task {}.value
        gate.open(1)
        try await call.value
        #expect(gate.state.wait(atMost: .seconds(10)) { $0.isReleased })
        gate.open(2)
        for task in [first, second, last] { try await task.value }
    }
}

private struct Gate: Sendable {
    let state = Monitor((opened: 0, isReleased: false))

    func open(_ number: Int) {
        state.withLock { $0.opened = number }
        state.broadcast()
    }

    func pass(_ number: Int) {
        state.wait { $0.opened >= number ? () : nil }
    }
}

private final class Held: Sendable {
    private let gate: Gate

    init(_ gate: Gate) { self.gate = gate }

    deinit {
        gate.state.withLock { $0.isReleased = true }
        gate.state.broadcast()
    }
}
