// The counters that workers share: never past a limit, and nobody waits for ever.

import Sockets
import Synchronization
import Testing
import Threads

@testable import Server

@Suite("Admission")
struct AdmissionTests {
    @Test("At the limit a connection waits, and the next that ends says so once")
    func limit() {
        let admission = Admission()
        #expect(admission.enter(limit: 2))
        #expect(admission.enter(limit: 2))
        #expect(!admission.enter(limit: 2))
        #expect(admission.count == 2)
        #expect(admission.leave())
        #expect(!admission.leave())
        #expect(admission.enter(limit: 2))
    }

    @Test("Without anybody waiting, an end wakes nobody")
    func quiet() {
        let admission = Admission()
        #expect(admission.enter(limit: 1))
        #expect(!admission.leave())
        #expect(admission.count == 0)
    }

    @Test("Workers together never pass the limit", .timeLimit(.minutes(1)))
    func threads() async {
        let admission = Admission()
        let (inside, most) = (Shared(), Shared())
        await withDiscardingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<5000 where admission.enter(limit: 2) {
                        let now = inside.value.add(1, ordering: .acquiringAndReleasing).newValue
                        most.value.max(now, ordering: .relaxed)
                        inside.value.subtract(1, ordering: .acquiringAndReleasing)
                        _ = admission.leave()
                    }
                }
            }
        }
        #expect(most.value.load(ordering: .relaxed) <= 2)
        #expect(admission.count == 0)
    }

    @Test("An address is counted by itself, whatever its ports")
    func addresses() throws {
        let admission = Admission()
        let here = try SocketAddress(parsing: "127.0.0.1:1").hostKey
        #expect(try SocketAddress(parsing: "127.0.0.1:2").hostKey == here)
        let there = try SocketAddress(parsing: "127.0.0.2:1").hostKey
        #expect(admission.enter(here, limit: 1))
        #expect(!admission.enter(here, limit: 1))
        #expect(admission.enter(there, limit: 1))
        admission.leave(here)
        admission.leave(here)
        #expect(admission.enter(here, limit: 1))
    }

    @Test("A reason for a pause is told once a minute, and doesn't hide another one")
    func notices() {
        let admission = Admission()
        let start = MonotonicInstant(nanoseconds: 1_000_000_000)
        #expect(admission.limitNotice.permits(at: start))
        #expect(!admission.limitNotice.permits(at: start.adding(nanoseconds: 59_000_000_000)))
        #expect(admission.descriptorNotice.permits(at: start.adding(nanoseconds: 1)))
        #expect(admission.limitNotice.permits(at: start.adding(nanoseconds: 61_000_000_000)))
    }

    @Test("All clients of unix sockets are one")
    func unix() {
        #expect(SocketAddress.unnamed.hostKey == SocketAddress.unix(path: "/a").hostKey)
    }
}

private final class Shared: Sendable {
    let value = Atomic(0)
}
