// What people read of a request, and the numbers and times in it.
// Each request passes through here: bytes are appended, no text is built in between.

extension [UInt8] {
    /// Appends what people read of a request: `192.0.2.1:5000 GET /a HTTP/1.1 200 12 B 0.345 ms id=…`.
    mutating func appendAccess(_ record: AccessRecord) {
        appendWord(record.remoteAddress)
        appendField(" ", record.method)
        appendField(" ", record.path)
        appendField(" ", record.version)
        append(UInt8(ascii: " "))
        appendNumber(UInt64(clamping: record.status))
        append(UInt8(ascii: " "))
        appendNumber(record.bytes)
        append(contentsOf: " B ".utf8)
        let microseconds = UInt64(clamping: record.durationMicroseconds)
        appendNumber(microseconds / 1000)
        append(UInt8(ascii: "."))
        appendNumber(microseconds % 1000, digits: 3)
        append(contentsOf: " ms".utf8)
        appendField(" id=", record.requestID)
        appendField(" handler=", record.handler)
        appendField(" sni=", record.serverName)
        appendField(" tls=", record.tlsVersion)
        appendField(" agent=", record.userAgent)
    }

    private mutating func appendField(_ start: String, _ value: String?) {
        guard let value else { return }
        append(contentsOf: start.utf8)
        appendWord(value)
    }

    /// Appends a time as RFC 3339 has it, in UTC: `2026-11-21T10:35:25.123Z`.
    mutating func appendTime(_ time: (seconds: Int, nanoseconds: Int)) {
        let (days, second) = (time.seconds / 86400, time.seconds % 86400)
        let (year, month, day) = civilDate(daysSince1970: days)
        appendNumber(UInt64(clamping: year), digits: 4, "-")
        appendNumber(UInt64(clamping: month), digits: 2, "-")
        appendNumber(UInt64(clamping: day), digits: 2, "T")
        appendNumber(UInt64(clamping: second / 3600), digits: 2, ":")
        appendNumber(UInt64(clamping: second / 60 % 60), digits: 2, ":")
        appendNumber(UInt64(clamping: second % 60), digits: 2, ".")
        appendNumber(UInt64(clamping: time.nanoseconds / 1_000_000), digits: 3, "Z")
    }

    private mutating func appendNumber(_ number: UInt64, digits: Int, _ end: Unicode.Scalar) {
        appendNumber(number, digits: digits)
        append(UInt8(ascii: end))
    }

    /// Appends a number in decimal, with zeros in front if it has fewer than `digits` (20 at most).
    mutating func appendNumber(_ number: UInt64, digits: Int = 1) {
        var reversed: [20 of UInt8] = .init(repeating: UInt8(ascii: "0"))
        var rest = number
        var count = 0
        while rest > 0 || count < digits {
            reversed[count] += UInt8(rest % 10)
            rest /= 10
            count += 1
        }
        while count > 0 {
            count -= 1
            append(reversed[count])
        }
    }
}

/// The date in the Gregorian calendar, for days from 1970 on.
///
/// Years are counted from March, so that the leap day is the last of its year (H. Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", civil_from_days).
private func civilDate(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
    let days = daysSince1970 + 719_468
    let (era, dayOfEra) = (days / 146_097, days % 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}
