// What the suites share: a reactor for the time of a test, and operations that wait for readiness.

import Glibc
import Sockets
import Synchronization
import SystemPackage
import Testing

@testable import Reactor

/// Runs `body` as a task on a reactor of its own thread, which ends with it.
func onReactor<Value: Sendable>(
    _ body: @escaping @Sendable (Reactor) async throws -> Value
) async throws -> Value {
    let reactor = try Reactor(name: "test")
    try reactor.start()
    let result = await Task(executorPreference: reactor) { try await body(reactor) }.result
    reactor.stop()
    reactor.join()
    return try result.get()
}

extension StreamSocket {
    /// Receives until it would block and gives the number of bytes; nil at the end of the stream.
    func drain() throws -> Int? {
        var total = 0
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            var span = bytes.mutableSpan
            switch try receive(into: &span) {
            case .done(let count): total += count
            case .closed: return nil
            case .wantRead, .wantWrite: return total
            }
        }
    }

    func sendByte() throws {
        let byte: [UInt8] = [1]
        guard case .done(1) = try send(byte.span) else { throw Errno.wouldBlock }
    }
}

/// Writes one byte to a descriptor from any thread.
func poke(_ descriptor: CInt) {
    var byte: UInt8 = 1
    #expect(unsafe send(descriptor, &byte, 1, CInt(MSG_NOSIGNAL)) == 1)
}

/// The sum of what was written to an eventfd since it was read last, eventfd(2).
func eventfdCount(_ descriptor: CInt) -> UInt64 {
    var count: UInt64 = 0
    #expect(unsafe read(descriptor, &count, MemoryLayout<UInt64>.size) == MemoryLayout<UInt64>.size)
    return count
}

/// Blocks this thread until the descriptor is readable.
func block(on descriptor: CInt) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    #expect(unsafe poll(&entry, 1, 30_000) == 1)
}

/// A flag that one thread raises and a task awaits.
final class Event: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func raise() {
        continuation.finish()
    }

    func wait() async {
        for await _ in stream {}
    }
}

/// A number that several threads count up.
final class Counter: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .acquiring) }

    @discardableResult
    func add() -> Int {
        count.add(1, ordering: .acquiringAndReleasing).newValue
    }
}
