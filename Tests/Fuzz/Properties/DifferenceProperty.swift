// The difference of two texts, line by line, and in the form that patch(1) reads.
#if TESTABLE
@testable import Modules

extension FuzzTarget {
    /// The input is two texts with a NUL between them.
    static let difference = FuzzTarget("difference") { input in
        let texts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        let (before, after) = (texts[0], texts.count > 1 ? texts[1] : "")
        let (old, new) = (lines(before), lines(after))
        for most in [2_000, 3] {
            let difference = LineDifference.lines(from: before, to: after, most: most)
            try require(
                difference.filter { $0.kind != .added }.map { Array($0.text.utf8) }, equals: old, "before")
            try require(
                difference.filter { $0.kind != .removed }.map { Array($0.text.utf8) }, equals: new, "after")
            try require(difference.compactMap(\.before), equals: Array(1..<(old.count + 1)), "numbers before")
            try require(difference.compactMap(\.after), equals: Array(1..<(new.count + 1)), "numbers after")
            let edits = difference.count { $0.kind != .same }
            guard most > 3, old.count * new.count <= 4_096 else { continue }
            try require(
                edits, equals: old.count + new.count - 2 * common(old, new), "as few lines as possible")
        }
        let patch = UnifiedDifference(from: before, to: after)
        try require(patch.hunks.isEmpty == (old == new), "no hunk without a difference")
        try require(patched(old, by: lines(patch.text(from: "a", to: "b"))), equals: new, "the patched text")
    }

    private static func lines(_ text: String) -> [[UInt8]] {
        var lines = Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last == [] { lines.removeLast() }
        return lines.map { Array($0) }
    }

    /// The length of the longest common subsequence.
    private static func common(_ old: [[UInt8]], _ new: [[UInt8]]) -> Int {
        var row = Array(repeating: 0, count: new.count + 1)
        for line in old {
            var diagonal = 0
            for (index, other) in new.enumerated() {
                let above = row[index + 1]
                row[index + 1] = line == other ? diagonal + 1 : max(above, row[index])
                diagonal = above
            }
        }
        return row[new.count]
    }

    /// What patch(1) makes of a text.
    private static func patched(_ old: [[UInt8]], by patch: [[UInt8]]) throws(Violation) -> [[UInt8]] {
        var new: [[UInt8]] = []
        var next = 0
        var (removals, additions) = (0, 0)
        for line in patch.dropFirst(2) {
            if removals + additions == 0 {
                let numbers = String(decoding: line, as: UTF8.self).split { !$0.isNumber }.compactMap {
                    Int($0)
                }
                try require(numbers.count, equals: 4, "numbers of a hunk")
                let start = max(numbers[0] - 1, 0)
                try require(start >= next && start <= old.count, "the start of a hunk: \(numbers)")
                new += old[next..<start]
                try require(new.count, equals: max(numbers[2] - 1, 0), "the start of a hunk: \(numbers)")
                (next, removals, additions) = (start, numbers[1], numbers[3])
                continue
            }
            let content = Array(line.dropFirst())
            if line.first != UInt8(ascii: "+") {
                try require(next < old.count && old[next] == content, "line \(next + 1) as it was")
                (next, removals) = (next + 1, removals - 1)
            }
            if line.first != UInt8(ascii: "-") {
                new.append(content)
                additions -= 1
            }
            try require(removals >= 0 && additions >= 0, "the length of a hunk")
        }
        try require(removals + additions, equals: 0, "the length of the last hunk")
        return new + old[next...]
    }
}
#endif
