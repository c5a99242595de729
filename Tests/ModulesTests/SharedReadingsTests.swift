import HandlerKit
import HandlerTesting
import Synchronization
import Testing

@testable import Modules

/// A source whose readings take until the test ends them, each with a number from 1.
private final class SlowSource: Sendable {
    struct Failure: Error, Equatable {}

    let readings = SharedReadings<String, Int>()
    private let state = Mutex<(count: Int, open: [CheckedContinuation<Void, any Error>])>((0, []))

    var count: Int { state.withLock { $0.count } }

    func value(_ key: String) async throws -> Int {
        try await readings.value(for: key) {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock {
                    $0.count += 1
                    $0.open.append(continuation)
                }
            }
            return count
        }
    }

    /// Waits for a reading to begin, and ends it.
    func finish(_ result: Result<Void, any Error> = .success(())) async {
        while true {
            if let first = state.withLock({ $0.open.isEmpty ? nil : $0.open.removeFirst() }) {
                return first.resume(with: result)
            }
            await Task.yield()
        }
    }

    func wait(for count: Int, waitingFor key: String) async {
        while readings.waitingCount(for: key) != count { await Task.yield() }
    }

    func waitForReadings(_ wanted: Int) async {
        while count != wanted { await Task.yield() }
    }
}

@Suite("Readings that requests share", .timeLimit(.minutes(1)))
struct SharedReadingsTests {
    private let source = SlowSource()

    @Test("Who asks while somebody reads gets the next reading, with all others who do")
    func shared() async throws {
        async let first = source.value("a")
        await source.waitForReadings(1)
        async let others = withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<5 { group.addTask { [source] in try await source.value("a") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        await source.wait(for: 5, waitingFor: "a")
        await source.finish()
        #expect(try await first == 1)
        await source.finish()
        #expect(try await others == [2, 2, 2, 2, 2])
        #expect(source.count == 2)
        #expect(source.readings.waitingCount(for: "a") == 0)
    }

    @Test("One after another each reads anew")
    func oneByOne() async throws {
        for number in 1...3 {
            async let value = source.value("a")
            await source.finish()
            #expect(try await value == number)
        }
    }

    @Test("What differs is read at the same time")
    func keys() async throws {
        async let one = source.value("a")
        await source.waitForReadings(1)
        async let other = source.value("b")
        await source.waitForReadings(2)
        await source.finish()
        await source.finish()
        _ = try await (one, other)
    }

    @Test("A failure is that of all who shared the reading, and of nobody else")
    func failure() async throws {
        async let first = source.value("a")
        await source.waitForReadings(1)
        async let others = withTaskGroup(of: SlowSource.Failure?.self) { group in
            for _ in 0..<3 {
                group.addTask { [source] in
                    do {
                        _ = try await source.value("a")
                        return nil
                    } catch {
                        return error as? SlowSource.Failure
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        await source.wait(for: 3, waitingFor: "a")
        await source.finish()
        #expect(try await first == 1)
        await source.finish(.failure(SlowSource.Failure()))
        #expect(await others == [.init(), .init(), .init()])
        async let last = source.value("a")
        await source.finish()
        #expect(try await last == 3)
    }
}
