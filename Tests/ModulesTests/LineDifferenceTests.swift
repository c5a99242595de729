import Testing

@testable import Modules

@Suite("The difference of two texts")
struct LineDifferenceTests {
    private func compact(_ before: String, _ after: String, most: Int = 2_000) -> String {
        LineDifference.lines(from: before, to: after, most: most).map { $0.kind.sign + $0.text }.joined(
            separator: ",")
    }

    @Test(
        "As few lines as possible are removed and added",
        arguments: [
            ("", "", ""), ("a\n", "a\n", " a"), ("", "a\n", "+a"), ("a\n", "", "-a"),
            ("a\nb\nc\n", "a\nx\nc\n", " a,-b,+x, c"),
            ("a\nb\n", "b\na\n", "-a, b,+a"),
            ("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", "-a,-b, c,+b, a, b,-b, a,+c"),
            ("a\n\nb\n", "a\nb\n", " a,-, b"), ("a", "a\n", " a"),
            ("\u{E9}\n", "e\u{301}\n", "-\u{E9},+e\u{301}"),
        ])
    func isShortest(_ before: String, _ after: String, _ expected: String) {
        #expect(compact(before, after) == expected)
    }

    @Test("Both texts can be read out of it, with their lines' numbers")
    func isComplete() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let texts = (0..<2).map { _ in
                (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                    "\(Int.random(in: 0...4, using: &generator))\n"
                }
                .joined()
            }
            for most in [2_000, 3] {
                let lines = LineDifference.lines(from: texts[0], to: texts[1], most: most)
                #expect(lines.filter { $0.before != nil }.map { $0.text + "\n" }.joined() == texts[0])
                #expect(lines.filter { $0.after != nil }.map { $0.text + "\n" }.joined() == texts[1])
                #expect(lines.compactMap(\.before) == Array(1..<(lines.compactMap(\.before).count + 1)))
                #expect(lines.compactMap(\.after) == Array(1..<(lines.compactMap(\.after).count + 1)))
                #expect(lines.allSatisfy { ($0.kind == .same) == ($0.before != nil && $0.after != nil) })
            }
        }
    }

    @Test("Two long texts that have little in common take no long time")
    func isBounded() {
        let before = (0..<100_000).map { "a\($0)\n" }.joined()
        let after = (0..<100_000).map { "b\($0)\n" }.joined()
        let time = ContinuousClock().measure {
            #expect(LineDifference.lines(from: before, to: after).count == 200_000)
        }
        #expect(time < .seconds(20), "\(time)")
    }

    @Test("Unified: three lines around a change, and one hunk for changes that are near each other")
    func unified() {
        let before = (1...20).map { "\($0)\n" }.joined()
        let after = (1...20).map { [3: "x\n", 8: "y\n", 18: "z\n"][$0] ?? "\($0)\n" }.joined()
        let text = UnifiedDifference(from: before, to: after).text(from: "a", to: "b")
        #expect(
            text.split(separator: "\n").filter { $0.hasPrefix("@@") } == [
                "@@ -1,11 +1,11 @@", "@@ -15,6 +15,6 @@",
            ])
        #expect(UnifiedDifference(from: before, to: before).text(from: "a", to: "b") == "")
    }
}
