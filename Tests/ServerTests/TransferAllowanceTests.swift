// Time that a peer may keep the server waiting: used up by waiting, given back by bytes, never more than at first.

import Testing
import Threads

@testable import Server

private let second: UInt64 = 1_000_000_000

@Suite("Allowances of transfers")
struct TransferAllowanceTests {
    private let limit = TransferLimit(patience: 10 * second, rate: 500)
    private let start = MonotonicInstant(nanoseconds: 1_000 * second)

    private func after(_ seconds: UInt64) -> MonotonicInstant { start.adding(nanoseconds: seconds * second) }

    @Test("A peer that moves nothing is cut when its patience is used up")
    func stall() {
        var allowance = TransferAllowance()
        #expect(allowance.deadline(from: start, limit) == after(10))
        allowance.spend(from: start, to: after(4))
        #expect(allowance.deadline(from: after(4), limit) == after(10))
        // The server's own pauses are none of the peer's.
        #expect(allowance.deadline(from: after(100), limit) == after(106))
        #expect(!allowance.isSpent(limit))
        allowance.spend(from: after(100), to: after(106))
        #expect(allowance.isSpent(limit))
        #expect(allowance.deadline(from: after(200), limit) == after(200))
    }

    @Test("A second comes back for each so many bytes, in parts too")
    func earning() {
        var allowance = TransferAllowance()
        allowance.spend(from: start, to: after(8))
        allowance.earn(1_250, limit)
        #expect(allowance.deadline(from: start, limit).nanoseconds == after(4).nanoseconds + second / 2)
        allowance.earn(0, limit)
        allowance.earn(-7, limit)
        #expect(allowance.deadline(from: start, limit).nanoseconds == after(4).nanoseconds + second / 2)
    }

    @Test(
        "No more comes back than there was: much that was moved is no right to stop for long",
        arguments: [1 << 20, .max])
    func bound(bytes: Int) {
        var allowance = TransferAllowance()
        allowance.spend(from: start, to: after(8))
        allowance.earn(bytes, limit)
        #expect(allowance.deadline(from: start, limit) == after(10))
        allowance.earn(bytes, limit)
        #expect(allowance.deadline(from: start, limit) == after(10))
    }

    @Test(
        "A peer that keeps the rate goes on for ever; one that stays below it is cut",
        arguments: [(500, nil), (600, nil), (499, 5_000), (250, 20), (1, 10)] as [(Int, Int?)])
    func dribble(bytesASecond: Int, cutAfter seconds: Int?) {
        var allowance = TransferAllowance()
        var cut: Int?
        for now in 0..<10_000 where cut == nil {
            allowance.spend(from: after(UInt64(now)), to: after(UInt64(now + 1)))
            if allowance.isSpent(limit) { cut = now + 1 }
            allowance.earn(bytesASecond, limit)
        }
        #expect(seconds.map { abs((cut ?? 0) - $0) <= max(1, $0 / 100 * 11) } ?? (cut == nil))
    }
}
