// Numbers with unit suffixes: a sum of terms such as `1min 30s` or `1.5G`, exact in the smallest unit.

/// The units of one kind of quantity, each as a multiple of the smallest.
struct Scale: Sendable {
    /// What an error calls the quantity: `a size`.
    let kind: String
    /// What an error names as the units.
    let hint: String
    /// How many of the smallest unit a bare number stands for.
    let bare: Int
    /// The spellings of each unit, the one for printing first; the largest unit first.
    let units: [(names: [String], factor: Int)]
    let ignoresCase: Bool
    /// Whether a value is printed as a sum of units, or as a whole number of one.
    let printsSums: Bool

    static let bytes = Scale(
        kind: "size", hint: "B, K, M, G, T (powers of 1024)", bare: 1,
        units: [
            (["T", "TiB"], 1 << 40), (["G", "GiB"], 1 << 30), (["M", "MiB"], 1 << 20),
            (["K", "KiB"], 1 << 10),
            (["", "B"], 1),
        ], ignoresCase: true, printsSums: false)

    static let time = Scale(
        kind: "duration", hint: "ms, s, min, h, d", bare: 1_000_000_000,
        units: [
            (["w", "week", "weeks"], 604_800_000_000_000),
            (["d", "day", "days"], 86_400_000_000_000),
            (["h", "hr", "hour", "hours"], 3_600_000_000_000),
            (["min", "m", "minute", "minutes"], 60_000_000_000),
            (["s", "sec", "second", "seconds"], 1_000_000_000),
            (["ms", "msec"], 1_000_000),
            (["us", "usec", "µs", "μs"], 1_000),
            (["ns", "nsec"], 1),
        ], ignoresCase: false, printsSums: true)

    /// The value of `text` in the smallest unit.
    func parse(_ text: String) throws(ValueProblem) -> Int {
        var rest = text[...]
        var sum = 0
        repeat {
            let (value, overflow) = sum.addingReportingOverflow(try term(&rest, of: text))
            guard !overflow else { throw ValueProblem("'\(text)' is too large") }
            sum = value
            rest = rest.withoutLeadingBlanks
        } while !rest.isEmpty
        return sum
    }

    /// Takes one number and its unit off the front of `rest`.
    private func term(_ rest: inout Substring, of text: String) throws(ValueProblem) -> Int {
        let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, parts.count <= 2, parts.last?.isEmpty == false else {
            throw ValueProblem(
                "'\(text)' is not a \(kind), such as \(example)", offset: offset(of: rest, in: text))
        }
        let fraction = parts.count == 2 ? parts[1] : ""
        rest = rest.dropFirst(number.count).withoutLeadingBlanks
        let unit = rest.prefix { $0 != " " && $0 != "\t" && !($0.isASCII && $0.isNumber) }
        // `2h 30` would be two hours and thirty seconds: a bare number stands alone.
        guard !unit.isEmpty || number.count == text.count else {
            throw ValueProblem("'\(number)' needs a unit: \(hint)", offset: offset(of: number, in: text))
        }
        guard let factor = factor(of: unit) else {
            throw ValueProblem(
                "'\(unit)' is not a unit of a \(kind): \(hint)", offset: offset(of: unit, in: text))
        }
        rest = rest[unit.endIndex...]
        return try product(whole, fraction, factor, of: text)
    }

    private func product(
        _ whole: Substring, _ fraction: Substring, _ factor: Int, of text: String
    ) throws(ValueProblem) -> Int {
        guard fraction.count <= 9 else { throw ValueProblem("'\(text)' has too many decimals") }
        let power = (0..<fraction.count).reduce(Int128(1)) { power, _ in power * 10 }
        // A number that Int cannot hold is too large whatever its unit; with it Int128 cannot overflow.
        guard let digits = Int(whole) else { throw ValueProblem("'\(text)' is too large") }
        let scaled = Int128(Int(fraction) ?? 0) * Int128(factor)
        guard scaled % power == 0 else { throw ValueProblem("'\(text)' is finer than the smallest unit") }
        guard let value = Int(exactly: Int128(digits) * Int128(factor) + scaled / power) else {
            throw ValueProblem("'\(text)' is too large")
        }
        return value
    }

    private func offset(of part: Substring, in text: String) -> Int {
        text.distance(from: text.startIndex, to: part.startIndex)
    }

    private func factor(of unit: Substring) -> Int? {
        guard !unit.isEmpty else { return bare }
        let wanted = ignoresCase ? unit.lowercased() : String(unit)
        return units.first { names, _ in
            names.contains { (ignoresCase ? $0.lowercased() : $0) == wanted }
        }?.factor
    }

    private var example: String { printsSums ? "10s or 1min 30s" : "64K or 16M" }

    /// `value` in file syntax.
    @Sendable func text(_ value: Int) -> String {
        guard value > 0 else { return String(value) }
        guard printsSums else {
            return units.first { value % $0.factor == 0 }.map { "\(value / $0.factor)\($0.names[0])" }
                ?? String(value)
        }
        var rest = value
        var terms: [String] = []
        for (names, factor) in units where rest >= factor && factor < 604_800_000_000_000 {
            terms.append("\(rest / factor)\(names[0])")
            rest %= factor
        }
        return terms.joined(separator: " ")
    }
}

extension Substring {
    fileprivate var withoutLeadingBlanks: Substring { Substring(unicodeScalars.drop(while: \.isBlank)) }
}
