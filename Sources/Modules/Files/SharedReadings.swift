// What takes long to read, read once for all who asked for it before the reading began.

import Synchronization

/// Readings that requests share.
///
/// Every window that shows a page asks for it at once when it reloads itself, and so do the clients of a load test. Who
/// asks while another's reading goes on doesn't get that one, which may have passed over a change by then, but the next:
/// what each gets was read after it had asked.
final class SharedReadings<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Waiting = CheckedContinuation<Turn, Never>

    /// What comes of a wait.
    private enum Turn: Sendable {
        /// To read, for these too.
        case reading([Waiting])
        case finished(Result<Value, any Error>)
    }

    /// Who waits for the end of a reading that goes on.
    private let waiting = Mutex<[Key: [Waiting]]>([:])

    /// What `read` comes to, by a call that begins after this one.
    ///
    /// - Parameter key: What all who have the same would read alike.
    /// - Throws: What `read` threw.
    func value(for key: Key, _ read: () async throws -> Value) async throws -> Value {
        switch await turn(for: key) {
        case .finished(let result): return try result.get()
        case .reading(let others):
            let result: Result<Value, any Error>
            do {
                result = .success(try await read())
            } catch {
                result = .failure(error)
            }
            for other in others { other.resume(returning: .finished(result)) }
            handOver(key)
            return try result.get()
        }
    }

    /// How many wait for the end of a reading.
    func waitingCount(for key: Key) -> Int { waiting.withLock { $0[key]?.count ?? 0 } }

    private func turn(for key: Key) async -> Turn {
        await withCheckedContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                guard waiting[key] != nil else {
                    waiting[key] = []
                    return true
                }
                waiting[key]?.append(continuation)
                return false
            }
            if isFirst { continuation.resume(returning: .reading([])) }
        }
    }

    /// Has one of those who asked meanwhile read for them all.
    private func handOver(_ key: Key) {
        let others = waiting.withLock { waiting -> [Waiting] in
            let others = waiting[key] ?? []
            waiting[key] = others.isEmpty ? nil : []
            return others
        }
        others.first?.resume(returning: .reading(Array(others.dropFirst())))
    }
}
