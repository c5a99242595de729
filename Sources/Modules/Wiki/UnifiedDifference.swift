// A difference as people read it: what changed, with a few lines around it.

/// The changed lines of two texts with three lines of context, as diff(1) -u has them.
struct UnifiedDifference {
    /// Lines without a gap between them.
    let hunks: [[DifferenceLine]]
    let added: Int
    let removed: Int

    init(from before: String, to after: String) {
        let lines = LineDifference.lines(from: before, to: after)
        added = lines.count { $0.kind == .added }
        removed = lines.count { $0.kind == .removed }
        hunks = Self.hunks(lines)
    }

    var summary: String {
        added + removed == 0 ? "No line differs." : "\(counted(added, "line")) added, \(removed) removed"
    }

    /// The difference in the form that patch(1) reads.
    func text(from before: String, to after: String) -> String {
        guard !hunks.isEmpty else { return "" }
        let body = hunks.map { hunk in
            "@@ -\(Self.range(hunk.compactMap(\.before))) +\(Self.range(hunk.compactMap(\.after))) @@\n"
                + hunk.map { "\($0.kind.sign)\($0.text)\n" }.joined()
        }
        return "--- \(before)\n+++ \(after)\n" + body.joined()
    }

    private static let context = 3

    private static func hunks(_ lines: [DifferenceLine]) -> [[DifferenceLine]] {
        var hunks: [[DifferenceLine]] = []
        var end = 0
        for (index, line) in lines.enumerated() where line.kind != .same {
            let start = max(index - context, 0)
            if start > end || hunks.isEmpty { hunks.append([]) }
            let next = min(index + context + 1, lines.count)
            hunks[hunks.count - 1] += lines[max(start, end)..<max(next, end)]
            end = max(next, end)
        }
        return hunks
    }

    private static func range(_ numbers: [Int]) -> String { "\(numbers.first ?? 0),\(numbers.count)" }
}

extension DifferenceLine.Kind {
    /// What stands in front of such a line.
    var sign: String {
        switch self {
        case .same: " "
        case .removed: "-"
        case .added: "+"
        }
    }

    /// The line's class in the style sheet.
    var styleClass: String {
        switch self {
        case .same: ""
        case .removed: "removed"
        case .added: "added"
        }
    }
}
