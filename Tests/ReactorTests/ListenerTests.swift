// Accepting on one or more reactors.

import Sockets
import SystemPackage
import Testing
import Threads

@testable import Reactor

@Suite("Listeners", .timeLimit(.minutes(1)))
struct ListenerTests {
    /// Accepts until `total` connections have been counted by all reactors together.
    private static func accept(
        _ listener: ListeningSocket, on reactor: Reactor, counting total: Int, in count: Counter,
        _ done: Event
    ) async throws {
        let registration = try reactor.registerListener(listener.rawValue)
        let handle = registration.handle
        await withTaskCancellationHandler {
            while await registration.wait(for: .read) == .ready {
                // A broken listener shows as a missing connection.
                while case .socket? = try? listener.accept() {
                    if count.add() == total { done.raise() }
                }
            }
        } onCancel: {
            handle.cancel()
        }
    }

    @Test("Two reactors on one listener accept every connection once")
    func exclusive() async throws {
        let total = 200
        let listener = try ListeningSocket(binding: .ipv4(0x7F00_0001, port: 0))
        let counter = Counter()
        let done = Event()
        let reactors = try (0..<2).map { try Reactor(name: "accept-\($0)") }
        let tasks = reactors.map { reactor in
            Task(executorPreference: reactor) {
                try await Self.accept(listener, on: reactor, counting: total, in: counter, done)
            }
        }
        for reactor in reactors { try reactor.start() }
        let clients = try (0..<total).map { _ in try StreamSocket.connect(to: listener.address) }
        await done.wait()
        for task in tasks { task.cancel() }
        for task in tasks { try await task.value }
        #expect(counter.value == total)
        guard case .wouldBlock = try listener.accept() else {
            Issue.record("a connection was left")
            return
        }
        for reactor in reactors {
            reactor.stop()
            reactor.join()
        }
        withExtendedLifetime(clients) {}
    }

    @Test("A paused listener leaves connections in the backlog, and finds them there when it resumes")
    func pauses() async throws {
        try await onReactor { reactor in
            let listener = try ListeningSocket(binding: .ipv4(0x7F00_0001, port: 0))
            let registration = try reactor.registerListener(listener.rawValue)
            registration.pause()
            let client = try StreamSocket.connect(to: listener.address)
            let soon = MonotonicInstant.current() + .milliseconds(50)
            #expect(await registration.wait(for: .read, until: soon) == .timedOut)
            let before = reactor.statistics.ticks
            await reactor.sleep(for: .milliseconds(50))
            #expect(reactor.statistics.ticks - before <= 3, "a paused listener does not spin")
            try registration.resume()
            #expect(await registration.wait(for: .read) == .ready)
            guard case .socket = try listener.accept() else {
                Issue.record("nothing to accept")
                return
            }
            withExtendedLifetime(client) {}
        }
    }

    @Test("A listener is level-triggered: what was not accepted is reported again")
    func levelTriggered() async throws {
        try await onReactor { reactor in
            let listener = try ListeningSocket(binding: .ipv4(0x7F00_0001, port: 0))
            let registration = try reactor.registerListener(listener.rawValue)
            let clients = try (0..<2).map { _ in try StreamSocket.connect(to: listener.address) }
            #expect(await registration.wait(for: .read) == .ready)
            _ = try listener.accept()
            #expect(await registration.wait(for: .read) == .ready)
            withExtendedLifetime(clients) {}
        }
    }
}
