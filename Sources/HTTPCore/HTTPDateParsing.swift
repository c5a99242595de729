// Owns the reading of the three date forms of RFC 9110 §5.6.7; a date that no calendar has is not one.

extension HTTPDate {
    /// Parses IMF-fixdate, the obsolete RFC 850 form, or that of `asctime`; nil if it is none of them.
    ///
    /// A two-digit year that would lie more than 50 years after `now` is one of the century before it.
    public init?(_ text: String, now: HTTPDate = HTTPDate(secondsSinceEpoch: 1_800_000_000)) {
        let bytes = text.utf8.span
        let parsed: HTTPDate?
        if bytes.count == 29, bytes[3] == UInt8(ascii: ",") {
            parsed = Self.fixdate(bytes)
        } else if bytes.count == 24, bytes[3] == UInt8(ascii: " ") {
            parsed = Self.asctime(bytes)
        } else {
            parsed = Self.rfc850(bytes, now: now)
        }
        guard let parsed else { return nil }
        self = parsed
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func fixdate(_ bytes: Span<UInt8>) -> HTTPDate? {
        guard name(bytes, at: 0, in: weekdays) != nil, matches(bytes, at: 3, ", "),
            matches(bytes, at: 7, " "),
            matches(bytes, at: 11, " "), matches(bytes, at: 16, " "), matches(bytes, at: 25, " GMT"),
            let day = number(bytes, at: 5), let month = name(bytes, at: 8, in: months),
            let century = number(bytes, at: 12), let year = number(bytes, at: 14)
        else { return nil }
        return date(bytes, CivilDate(year: century * 100 + year, month: month + 1, day: day), timeAt: 17)
    }

    /// `Sun Nov  6 08:49:37 1994`
    private static func asctime(_ bytes: Span<UInt8>) -> HTTPDate? {
        guard name(bytes, at: 0, in: weekdays) != nil, matches(bytes, at: 7, " "),
            matches(bytes, at: 10, " "),
            matches(bytes, at: 19, " "), let month = name(bytes, at: 4, in: months),
            let day = bytes[8] == UInt8(ascii: " ")
                ? bytes[9].decimalValue.map(Int.init) : number(bytes, at: 8),
            let century = number(bytes, at: 20), let year = number(bytes, at: 22)
        else { return nil }
        return date(bytes, CivilDate(year: century * 100 + year, month: month + 1, day: day), timeAt: 11)
    }

    /// `Sunday, 06-Nov-94 08:49:37 GMT`
    private static func rfc850(_ bytes: Span<UInt8>, now: HTTPDate) -> HTTPDate? {
        var comma = 0
        while comma < bytes.count, bytes[comma] != UInt8(ascii: ",") { comma += 1 }
        guard bytes.count == comma + 24, comma >= 6, name(bytes, at: 0, in: weekdays) != nil,
            matches(bytes, at: comma - 3, "day, "), matches(bytes, at: comma + 4, "-"),
            matches(bytes, at: comma + 8, "-"), matches(bytes, at: comma + 11, " "),
            matches(bytes, at: comma + 20, " GMT"), let day = number(bytes, at: comma + 2),
            let month = name(bytes, at: comma + 5, in: months), let shortYear = number(bytes, at: comma + 9)
        else { return nil }
        let thisYear = CivilDate(daysSinceEpoch: Int(now.secondsSinceEpoch / 86_400)).year
        var year = thisYear / 100 * 100 + shortYear
        if year > thisYear + 50 { year -= 100 }
        return date(bytes, CivilDate(year: year, month: month + 1, day: day), timeAt: comma + 12)
    }

    /// The date with the time `08:49:37` at `index`; second 60 is a leap second and counts as 59.
    private static func date(_ bytes: Span<UInt8>, _ civil: CivilDate, timeAt index: Int) -> HTTPDate? {
        guard matches(bytes, at: index + 2, ":"), matches(bytes, at: index + 5, ":"),
            let hour = number(bytes, at: index), hour < 24, let minute = number(bytes, at: index + 3),
            minute < 60,
            let second = number(bytes, at: index + 6), second <= 60, civil.year >= 1,
            CivilDate(daysSinceEpoch: civil.daysSinceEpoch) == civil
        else { return nil }
        let time = hour * 3_600 + minute * 60 + min(second, 59)
        return HTTPDate(secondsSinceEpoch: Int64(civil.daysSinceEpoch * 86_400 + time))
    }

    private static func number(_ bytes: Span<UInt8>, at index: Int) -> Int? {
        guard let tens = bytes[index].decimalValue, let ones = bytes[index + 1].decimalValue else {
            return nil
        }
        return Int(tens * 10 + ones)
    }

    private static func matches(_ bytes: Span<UInt8>, at index: Int, _ text: String) -> Bool {
        let expected = text.utf8.span
        for offset in expected.indices where bytes[index + offset] != expected[offset] { return false }
        return true
    }

    /// Which of the three-letter `names` stands at `index`.
    private static func name(_ bytes: Span<UInt8>, at index: Int, in names: [UInt8]) -> Int? {
        var start = 0
        while start < names.count {
            if bytes[index] == names[start], bytes[index + 1] == names[start + 1],
                bytes[index + 2] == names[start + 2]
            {
                return start / 3
            }
            start += 3
        }
        return nil
    }
}
