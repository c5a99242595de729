// The difference of two texts, line by line: the greedy algorithm of E. Myers, "An O(ND) Difference Algorithm and Its
// Variations" (1986), bounded in time and memory.

/// A line of a difference.
struct DifferenceLine: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        case same, removed, added
    }

    let kind: Kind
    let text: String
    /// The line's number in the text before and in the one after, from 1; nil where it does not stand there.
    let before: Int?
    let after: Int?
}

enum LineDifference {
    /// All lines of two texts in order.
    ///
    /// - Parameter most: How many removed and added lines are looked for; two texts that differ in more are shown as
    ///   one removed and one added whole between what they have in common at both ends.
    static func lines(from before: String, to after: String, most: Int = 2_000) -> [DifferenceLine] {
        // Bytes, since strings are equal that are spelt in other ways.
        let (old, new) = (split(before), split(after))
        let head = zip(old, new).prefix { $0 == $1 }.count
        let tail = zip(old.dropFirst(head).reversed(), new.dropFirst(head).reversed()).prefix { $0 == $1 }
            .count
        let middle = steps(old[head..<(old.count - tail)], new[head..<(new.count - tail)], most)
        return number(kinds(.same, head) + middle + kinds(.same, tail), old, new)
    }

    private static func kinds(_ kind: DifferenceLine.Kind, _ count: Int) -> [DifferenceLine.Kind] {
        Array(repeating: kind, count: count)
    }

    /// The lines of a text; the newline at its end begins no other.
    private static func split(_ text: String) -> [ArraySlice<UInt8>] {
        guard !text.isEmpty else { return [] }
        let bytes = Array(text.utf8)
        return bytes.dropLast(bytes.last == UInt8(ascii: "\n") ? 1 : 0).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    private static func number(
        _ steps: [DifferenceLine.Kind], _ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]
    ) -> [DifferenceLine] {
        var (x, y) = (0, 0)
        return steps.map { kind in
            defer {
                if kind != .added { x += 1 }
                if kind != .removed { y += 1 }
            }
            return DifferenceLine(
                kind: kind, text: String(decoding: kind == .added ? new[y] : old[x], as: UTF8.self),
                before: kind == .added ? nil : x + 1,
                after: kind == .removed ? nil : y + 1)
        }
    }

    private static func steps(
        _ old: ArraySlice<ArraySlice<UInt8>>, _ new: ArraySlice<ArraySlice<UInt8>>, _ most: Int
    ) -> [DifferenceLine.Kind] {
        let whole = kinds(.removed, old.count) + kinds(.added, new.count)
        if old.isEmpty || new.isEmpty { return whole }
        let (old, new) = numbered(old, new)
        return trace(old, new, most).map { path(back: $0, old.count, new.count) } ?? whole
    }

    /// Lines as numbers, equal ones the same: they are compared many times.
    private static func numbered(
        _ old: ArraySlice<ArraySlice<UInt8>>, _ new: ArraySlice<ArraySlice<UInt8>>
    ) -> ([Int], [Int]) {
        var numbers: [ArraySlice<UInt8>: Int] = [:]
        func number(_ line: ArraySlice<UInt8>) -> Int {
            if let known = numbers[line] { return known }
            numbers[line] = numbers.count
            return numbers.count - 1
        }
        return (old.map(number), new.map(number))
    }

    /// How far each diagonal got after each number of edits, until both ends were reached; nil if that takes more than
    /// `most` edits. Diagonal k = x - y of step d stands at index k + d.
    private static func trace(_ old: [Int], _ new: [Int], _ most: Int) -> [[Int32]]? {
        var steps: [[Int32]] = []
        for edits in 0...min(most, old.count + new.count) {
            var reach = [Int32](repeating: 0, count: 2 * edits + 1)
            for diagonal in stride(from: -edits, through: edits, by: 2) {
                var x = start(of: diagonal, steps.last, edits)
                while x < old.count, x - diagonal < new.count, x - diagonal >= 0, old[x] == new[x - diagonal]
                { x += 1 }
                reach[diagonal + edits] = Int32(x)
                if x >= old.count, x - diagonal >= new.count { return steps + [reach] }
            }
            steps.append(reach)
        }
        return nil
    }

    /// Where a diagonal begins after one more edit: a line down from the one above or a line right from the one below,
    /// whichever is further.
    private static func start(of diagonal: Int, _ last: [Int32]?, _ edits: Int) -> Int {
        guard let last else { return 0 }
        return isDown(diagonal, last, edits)
            ? Int(last[diagonal + edits]) : Int(last[diagonal + edits - 2]) + 1
    }

    private static func isDown(_ diagonal: Int, _ last: [Int32], _ edits: Int) -> Bool {
        if diagonal == -edits { return true }
        if diagonal == edits { return false }
        return last[diagonal + edits - 2] < last[diagonal + edits]
    }

    private static func path(back steps: [[Int32]], _ oldCount: Int, _ newCount: Int) -> [DifferenceLine.Kind]
    {
        var path: [DifferenceLine.Kind] = []
        var (x, y) = (oldCount, newCount)
        for edits in stride(from: steps.count - 1, to: 0, by: -1) {
            let (diagonal, last) = (x - y, steps[edits - 1])
            let isDown = isDown(diagonal, last, edits)
            let start = start(of: diagonal, last, edits)
            path += kinds(.same, x - start)
            path.append(isDown ? .added : .removed)
            x = isDown ? start : start - 1
            y = x - (isDown ? diagonal + 1 : diagonal - 1)
        }
        path += kinds(.same, x)
        return path.reversed()
    }
}
