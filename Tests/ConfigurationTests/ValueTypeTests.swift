import Configuration
import SystemPackage
import Testing

@Suite("Value types: one row for each unit, word and bound")
struct ValueTypeTests {
    /// The value of `text`, or the message.
    private func read<Value>(_ type: ValueType<Value>, _ text: String) -> Result<Value, ValueMessage> {
        var diagnostics: [Diagnostic] = []
        let document = Document([DocumentSection("s", values: ["key": text])])
        let key = Key("key", type, "")
        guard let value = document.value(of: key, in: document.sections[0], into: &diagnostics) else {
            return .failure(ValueMessage(text: String(diagnostics[0].message.trimmingPrefix("key: "))))
        }
        return .success(value)
    }

    private struct ValueMessage: Error {
        let text: String
    }

    private func message<Value>(_ type: ValueType<Value>, _ text: String) -> String? {
        if case .failure(let message) = read(type, text) { message.text } else { nil }
    }

    @Test(
        "sizes: powers of 1024, as systemd has them",
        arguments: [
            ("0", 0), ("1", 1), ("512", 512), ("7B", 7), ("1K", 1 << 10), ("1k", 1 << 10), ("1KiB", 1 << 10),
            ("16M", 16 << 20), ("16m", 16 << 20), ("16MiB", 16 << 20), ("3G", 3 << 30), ("3GiB", 3 << 30),
            ("2T", 2 << 40), ("2TiB", 2 << 40), ("1.5G", 3 << 29), ("0.5K", 512), ("1G 512M", 3 << 29),
            ("64 K", 64 << 10), ("9223372036854775807", Int.max),
        ] as [(String, Int)])
    func sizes(_ text: String, _ bytes: Int) throws {
        #expect(try read(.byteCount, text).get() == bytes)
    }

    @Test(
        "no sizes",
        arguments: [
            ("K", "'K' is not a size, such as 64K or 16M"),
            ("-1", "'-1' is not a size, such as 64K or 16M"),
            ("+1", "'+1' is not a size, such as 64K or 16M"),
            ("1.", "'1.' is not a size, such as 64K or 16M"),
            (".5K", "'.5K' is not a size, such as 64K or 16M"),
            ("1.2.3K", "'1.2.3K' is not a size, such as 64K or 16M"),
            ("0x10", "'x' is not a unit of a size: B, K, M, G, T (powers of 1024)"),
            ("1MB", "'MB' is not a unit of a size: B, K, M, G, T (powers of 1024)"),
            ("1G 5", "'5' needs a unit: B, K, M, G, T (powers of 1024)"),
            ("1.5B", "'1.5B' is finer than the smallest unit"),
            ("9223372036854775808", "'9223372036854775808' is too large"),
            ("8388608T", "'8388608T' is too large"),
            ("8388607T 1T", "'8388607T 1T' is too large"),
            ("٣K", "'٣K' is not a size, such as 64K or 16M"),
        ] as [(String, String)])
    func noSizes(_ text: String, _ expected: String) {
        #expect(message(.byteCount, text) == expected)
    }

    @Test(
        "systemd.time(7): every unit of a time span",
        arguments: [
            ("5", .seconds(5)), ("0", .zero),
            ("5ns", .nanoseconds(5)), ("5nsec", .nanoseconds(5)),
            ("5us", .microseconds(5)), ("5usec", .microseconds(5)), ("5µs", .microseconds(5)),
            ("5μs", .microseconds(5)),
            ("500ms", .milliseconds(500)), ("5msec", .milliseconds(5)),
            ("5s", .seconds(5)), ("5sec", .seconds(5)), ("1second", .seconds(1)), ("5seconds", .seconds(5)),
            ("5m", .seconds(300)), ("5min", .seconds(300)), ("1minute", .seconds(60)),
            ("5minutes", .seconds(300)),
            ("2h", .seconds(7_200)), ("2hr", .seconds(7_200)), ("1hour", .seconds(3_600)),
            ("2hours", .seconds(7_200)),
            ("1d", .seconds(86_400)), ("1day", .seconds(86_400)), ("2days", .seconds(172_800)),
            ("1w", .seconds(604_800)), ("1week", .seconds(604_800)), ("2weeks", .seconds(1_209_600)),
            ("1min 30s", .seconds(90)), ("1min30s", .seconds(90)), ("2 h 5 min", .seconds(7_500)),
            ("1.5s", .milliseconds(1_500)), ("0.25h", .seconds(900)), ("0.000000001s", .nanoseconds(1)),
        ] as [(String, Duration)])
    func durations(_ text: String, _ expected: Duration) throws {
        #expect(try read(.duration, text).get() == expected)
    }

    @Test(
        "no time spans",
        arguments: [
            ("soon", "'soon' is not a duration, such as 10s or 1min 30s"),
            ("-5s", "'-5s' is not a duration, such as 10s or 1min 30s"),
            ("5 parsecs", "'parsecs' is not a unit of a duration: ms, s, min, h, d"),
            ("5M", "'M' is not a unit of a duration: ms, s, min, h, d"),
            ("1y", "'y' is not a unit of a duration: ms, s, min, h, d"),
            ("2h 30", "'30' needs a unit: ms, s, min, h, d"),
            ("0.5ns", "'0.5ns' is finer than the smallest unit"),
            ("0.0000000001s", "'0.0000000001s' has too many decimals"),
            ("300000d", "'300000d' is too large"),
        ] as [(String, String)])
    func noDurations(_ text: String, _ expected: String) {
        #expect(message(.duration, text) == expected)
    }

    @Test(
        "yes and no, in any case",
        arguments: [
            ("yes", true), ("on", true), ("true", true), ("1", true), ("YES", true), ("no", false),
            ("off", false),
            ("false", false), ("0", false), ("Off", false),
        ] as [(String, Bool)])
    func yesNo(_ text: String, _ expected: Bool) throws {
        #expect(try read(.yesNo, text).get() == expected)
    }

    @Test("neither yes nor no", arguments: ["y", "2", "yes no", "enabled"])
    func notYesNo(_ text: String) {
        #expect(message(.yesNo, text) == "'\(text)' is neither yes nor no")
    }

    @Test(
        "bounds: the ends are within, their neighbours are not",
        arguments: [
            ("3", 3, nil), ("9", 9, nil), ("2", nil, "'2' is below the bounds, 3 to 9"),
            ("10", nil, "'10' is above the bounds, 3 to 9"),
        ] as [(String, Int?, String?)])
    func integerBounds(_ text: String, _ value: Int?, _ problem: String?) {
        let type = ValueType.integer(in: 3...9)
        #expect((try? read(type, text).get()) == value)  // the message is checked beside it
        #expect(message(type, text) == problem)
        #expect(type.bounds == "3 to 9")
    }

    @Test(
        "bounds of sizes, rates and durations are shown in file syntax",
        arguments: [
            (ValueType.byteCount(in: 1024...1536).bounds, "1K to 1536"),
            (ValueType.byteCount(in: 0...(3 << 20)).bounds, "0 to 3M"),
            (ValueType.rate(in: 1...(1 << 40)).bounds, "1 to 1T"),
            (ValueType.duration(in: .milliseconds(1)...(.seconds(90))).bounds, "1ms to 1min 30s"),
            (ValueType.duration(in: .zero...(.seconds(864_000))).bounds, "0 to 10d"),
            (ValueType.integer.bounded(by: 2...).bounds, "at least 2"),
            (ValueType.integer.bounds, nil),
        ])
    func boundsText(_ bounds: String?, _ expected: String?) {
        #expect(bounds == expected)
    }

    @Test(
        "size bounds at their ends",
        arguments: [("1K", true), ("1023", false), ("2K", true), ("2049", false)])
    func sizeBounds(_ text: String, _ isWithin: Bool) {
        #expect((message(.byteCount(in: 1024...2048), text) == nil) == isWithin)
    }

    @Test(
        "duration bounds at their ends",
        arguments: [("1s", true), ("999ms", false), ("1h", true), ("3601s", false)])
    func durationBounds(_ text: String, _ isWithin: Bool) {
        #expect((message(.duration(in: .seconds(1)...(.seconds(3_600))), text) == nil) == isWithin)
    }

    @Test(
        "rate bounds at their ends",
        arguments: [("64", true), ("63", false), ("1K/s", true), ("1025/s", false)])
    func rateBounds(_ text: String, _ isWithin: Bool) {
        #expect((message(.rate(in: 64...1024), text) == nil) == isWithin)
    }

    @Test("integers", arguments: [("0", 0), ("-5", -5), ("007", 7), ("9223372036854775807", Int.max)])
    func integers(_ text: String, _ expected: Int) throws {
        #expect(try read(.integer, text).get() == expected)
    }

    @Test("no integers", arguments: ["x", "+5", "--5", "-", "1.0", "1 2", "0x1", "٣"])
    func noIntegers(_ text: String) {
        #expect(message(.integer, text) == "'\(text)' is not an integer")
    }

    @Test("an integer that no Int holds is too large")
    func hugeInteger() {
        #expect(message(.integer, "9223372036854775808") == "'9223372036854775808' is too large")
    }

    @Test(
        "rates: bytes a second",
        arguments: [("64K", 65_536), ("64K/s", 65_536), ("100", 100), ("1M/s", 1 << 20)])
    func rates(_ text: String, _ expected: Int) throws {
        #expect(try read(.rate, text).get() == expected)
    }

    private enum Level: String, CaseIterable {
        case debug, info, warning
    }

    @Test("a choice is one of its words, and an error names them with the nearest")
    func choices() throws {
        #expect(try read(.choice(Level.self), "info").get() == .info)
        #expect(try read(.choice(of: ["a", "b"]), "b").get() == "b")
        #expect(
            message(.choice(Level.self), "inof")
                == "'inof' is not one of debug, info, warning, did you mean 'info'?")
        #expect(message(.choice(of: ["a", "b"]), "A") == "'A' is not one of a, b, did you mean 'a'?")
        #expect(ValueType.choice(Level.self).name == "one of debug, info, warning")
    }

    @Test("a word has no blanks, a text has any")
    func words() throws {
        #expect(try read(.word, "[::1]:8443").get() == "[::1]:8443")
        #expect(message(.word, "a b") == "one word is expected, not several")
        #expect(try read(.string, "a  b ; c").get() == "a  b ; c")
    }

    @Test("either a word or a value")
    func either() throws {
        let timeout = ValueType.either("infinity", or: .duration(in: .seconds(1)...(.seconds(60))))
        #expect(try read(timeout, "infinity").get() == nil)
        #expect(try read(timeout, "2s").get() == .seconds(2))
        #expect(message(timeout, "2h") == "'2h' is above the bounds, 1s to 1min (or 'infinity')")
        #expect(
            message(timeout, "never") == "'never' is not a duration, such as 10s or 1min 30s (or 'infinity')")
        #expect(timeout.name == "infinity or duration")
        let suites = ValueType.either("default", or: .list(.word))
        #expect(try read(suites, "default").get() == nil)
        #expect(try read(suites, "a b").get() == ["a", "b"])
    }

    @Test("a module's own type")
    func custom() throws {
        let even = ValueType<Int>(name: "even number") { (text, _) throws(ValueProblem) in
            guard let value = Int(text), value % 2 == 0 else {
                throw ValueProblem("'\(text)' is odd", offset: 0)
            }
            return value
        }
        #expect(try read(even, "4").get() == 4)
        #expect(message(even, "5") == "'5' is odd")
    }
}
