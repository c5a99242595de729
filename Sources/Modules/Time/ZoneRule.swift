// The rule for times after a zone file's last transition: a TZ string of POSIX, which RFC 9636 §3.3 calls the footer.

import FoundationEssentials

/// Local time by a rule that repeats each year: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRule: Sendable, Hashable {
    private let standard: ZoneTime
    private let summer: Summer?

    private struct Summer: Hashable {
        let time: ZoneTime
        let begins: Change
        let ends: Change
    }

    /// When a change happens, by the clock that shows before it.
    private struct Change: Hashable {
        let day: Day
        /// Seconds after midnight, perhaps negative or more than a day.
        let time: Int64
    }

    private enum Day: Hashable {
        /// `Mm.w.d`: a weekday (0 is Sunday) of a month's week, the fifth being the last.
        case weekday(month: Int, week: Int, day: Int)
        /// `Jn`: 1 to 365, February 29 never counts.
        case julian(Int)
        /// `n`: 0 to 365, February 29 counts.
        case ordinal(Int)
    }

    /// Reads a footer; nil if it is not one.
    init?(_ text: String) {
        var reader = ZoneRuleReader(text)
        guard let name = reader.name(), let offset = reader.offset() else { return nil }
        standard = ZoneTime(offset: -offset, isDST: false, abbreviation: name)
        guard let summerName = reader.name() else {
            summer = nil
            guard reader.isAtEnd else { return nil }
            return
        }
        let summerOffset = reader.offset().map { -$0 } ?? standard.offset + 3_600
        guard reader.take(","), let begins = Self.change(&reader), reader.take(","),
            let ends = Self.change(&reader), reader.isAtEnd
        else { return nil }
        summer = Summer(
            time: ZoneTime(offset: summerOffset, isDST: true, abbreviation: summerName), begins: begins,
            ends: ends)
    }

    private static func change(_ reader: inout ZoneRuleReader) -> Change? {
        guard let day = day(&reader) else { return nil }
        guard reader.take("/") else { return Change(day: day, time: 7_200) }
        return reader.offset().map { Change(day: day, time: $0) }
    }

    private static func day(_ reader: inout ZoneRuleReader) -> Day? {
        if reader.take("M") {
            guard let month = reader.number(in: 1...12), reader.take("."),
                let week = reader.number(in: 1...5),
                reader.take("."), let day = reader.number(in: 0...6)
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
        if reader.take("J") { return reader.number(in: 1...365).map { .julian($0) } }
        return reader.number(in: 0...365).map { .ordinal($0) }
    }

    /// The local time's offset at so many seconds since 1970.
    func time(at seconds: Int64) -> ZoneTime {
        guard let summer else { return standard }
        let year = Self.calendar.component(
            .year, from: Date(timeIntervalSince1970: Double(seconds + standard.offset)))
        let begins = Self.seconds(of: summer.begins, year) - standard.offset
        let ends = Self.seconds(of: summer.ends, year) - summer.time.offset
        // South of the equator summer ends in the year after it began.
        let isSummer =
            begins < ends ? (begins..<ends).contains(seconds) : !(ends..<begins).contains(seconds)
        return isSummer ? summer.time : standard
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    private static func midnight(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let date = calendar.date(from: DateComponents(year: year, month: month, day: day))
        return Int64(date?.timeIntervalSince1970 ?? 0)
    }

    /// The local clock's seconds since 1970 at a change.
    private static func seconds(of change: Change, _ year: Int) -> Int64 {
        let day: Int64 = 86_400
        switch change.day {
        case .weekday(let month, let week, let weekday):
            let first = midnight(year, month, 1)
            let next = month == 12 ? midnight(year + 1, 1, 1) : midnight(year, month + 1, 1)
            // 1970-01-01 was a Thursday.
            let firstWeekday = ((first / day + 4) % 7 + 7) % 7
            var found = first + ((Int64(weekday) - firstWeekday + 7) % 7 + Int64(week - 1) * 7) * day
            while found >= next { found -= 7 * day }
            return found + change.time
        case .julian(let number):
            let isLeap = midnight(year, 3, 1) - midnight(year, 2, 1) == 29 * day
            return midnight(year, 1, 1) + Int64(number - (isLeap && number >= 60 ? 0 : 1)) * day + change.time
        case .ordinal(let number): return midnight(year, 1, 1) + Int64(number) * day + change.time
        }
    }
}

/// Reads the parts of a footer, front to back.
private struct ZoneRuleReader {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    /// Three letters or more, or anything in angle brackets.
    mutating func name() -> String? {
        if take("<") {
            guard let end = rest.firstIndex(of: ">") else { return nil }
            defer { rest = rest[rest.index(after: end)...] }
            return String(rest[..<end])
        }
        let letters = rest.prefix { $0.isASCII && $0.isLetter }
        guard letters.count >= 3 else { return nil }
        rest = rest[letters.endIndex...]
        return String(letters)
    }

    mutating func number(in range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard digits.count <= 3, let number = Int(digits), range.contains(number) else { return nil }
        rest = rest[digits.endIndex...]
        return number
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func offset() -> Int64? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hours = number(in: 0...167) else { return nil }
        var seconds = Int64(hours) * 3_600
        for unit in [60, 1] as [Int64] where take(":") {
            guard let count = number(in: 0...59) else { return nil }
            seconds += Int64(count) * unit
        }
        return isNegative ? -seconds : seconds
    }
}
