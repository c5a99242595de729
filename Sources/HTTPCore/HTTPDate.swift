// Owns dates in fields (RFC 9110 §5.6.7): whole seconds, years 1 to 9999, always written as IMF-fixdate.

/// An instant to the second, as Date, Last-Modified and their kin hold it.
public struct HTTPDate: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01 00:00:00 UTC, leap seconds not counted.
    public let secondsSinceEpoch: Int64

    /// The first and the last second that four digits of a year can say.
    static let bounds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Makes a date; an instant outside the years 1 to 9999 becomes the nearest one inside.
    public init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = min(max(secondsSinceEpoch, Self.bounds.lowerBound), Self.bounds.upperBound)
    }

    /// Orders dates by time.
    public static func < (lhs: HTTPDate, rhs: HTTPDate) -> Bool {
        lhs.secondsSinceEpoch < rhs.secondsSinceEpoch
    }

    /// Appends the 29 bytes of the IMF-fixdate.
    public func append(to output: inout [UInt8]) {
        let (days, second) = daysAndSecond
        let date = CivilDate(daysSinceEpoch: days)
        let weekday = ((days + 4) % 7 + 7) % 7
        output.append(addingCapacity: 29) { text in
            text.append(Self.weekdays, weekday)
            text.append(UInt8(ascii: ","))
            text.append(UInt8(ascii: " "))
            text.append(twoDigits: date.day)
            text.append(UInt8(ascii: " "))
            text.append(Self.months, date.month - 1)
            text.append(UInt8(ascii: " "))
            text.append(twoDigits: date.year / 100)
            text.append(twoDigits: date.year % 100)
            text.append(UInt8(ascii: " "))
            text.append(timeOfDay: second)
            for byte in " GMT".utf8 { text.append(byte) }
        }
    }

    /// Appends the 20 bytes of the same instant as RFC 3339 has it, in UTC: `1994-11-06T08:49:37Z`.
    package func appendTimestamp(to output: inout [UInt8]) {
        let (days, second) = daysAndSecond
        let date = CivilDate(daysSinceEpoch: days)
        output.append(addingCapacity: 20) { text in
            text.append(twoDigits: date.year / 100)
            text.append(twoDigits: date.year % 100)
            text.append(UInt8(ascii: "-"))
            text.append(twoDigits: date.month)
            text.append(UInt8(ascii: "-"))
            text.append(twoDigits: date.day)
            text.append(UInt8(ascii: "T"))
            text.append(timeOfDay: second)
            text.append(UInt8(ascii: "Z"))
        }
    }

    /// The days since 1970 and the second of the day.
    private var daysAndSecond: (Int, Int) {
        let days = Int(
            secondsSinceEpoch >= 0 ? secondsSinceEpoch / 86_400 : (secondsSinceEpoch - 86_399) / 86_400)
        return (days, Int(secondsSinceEpoch) - days * 86_400)
    }

    static let weekdays = Array("SunMonTueWedThuFriSat".utf8)
    static let months = Array("JanFebMarAprMayJunJulAugSepOctNovDec".utf8)
}

extension OutputSpan<UInt8> {
    fileprivate mutating func append(_ names: [UInt8], _ index: Int) {
        for position in (index * 3)..<(index * 3 + 3) { append(names[position]) }
    }

    fileprivate mutating func append(timeOfDay second: Int) {
        append(twoDigits: second / 3_600)
        append(UInt8(ascii: ":"))
        append(twoDigits: second / 60 % 60)
        append(UInt8(ascii: ":"))
        append(twoDigits: second % 60)
    }

    fileprivate mutating func append(twoDigits number: Int) {
        append(UInt8(truncatingIfNeeded: 0x30 + number / 10))
        append(UInt8(truncatingIfNeeded: 0x30 + number % 10))
    }
}

extension HTTPDate: CustomStringConvertible {
    /// The IMF-fixdate, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    public var description: String {
        var output: [UInt8] = []
        append(to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}

/// A day of the proleptic Gregorian calendar; the arithmetic counts from 0000-03-01 so that leap days end a
/// year.
struct CivilDate: Hashable {
    let year: Int
    let month: Int
    let day: Int

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSinceEpoch: Int) {
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    var daysSinceEpoch: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
