// What people read of a request, and the numbers and times in it.
// Each request passes through here: bytes are appended, no text is built in between.

extension [UInt8] {
    /// Appends what people read of a request: `192.0.2.1:5000 GET /a HTTP/1.1 200 12 B 0.345 ms id=…`.
    mutating func appendAccess(_ record: AccessRecord) {
        append(addingCapacity: record.mostBytes) { $0.appendAccess(record) }
    }

    /// Appends a time as RFC 3339 has it, in UTC: `2026-11-21T10:35:25.123Z`.
    mutating func appendTime(_ time: (seconds: Int, nanoseconds: Int)) {
        append(addingCapacity: 24) { $0.appendTime(time) }
    }
}

extension AccessRecord {
    /// How many bytes its line has at the most: numbers, and texts of which each byte may be escaped.
    fileprivate var mostBytes: Int {
        var texts = remoteHost.utf8.count + method.utf8.count + target.utf8.count + version.utf8.count
        texts += (handler?.utf8.count ?? 0) + (serverName?.utf8.count ?? 0)
        texts += (user?.utf8.count ?? 0) + (fault?.utf8.count ?? 0)
        texts += (tlsVersion?.utf8.count ?? 0) + (userAgent?.utf8.count ?? 0)
        return 256 + 4 * texts
    }
}

extension OutputSpan<UInt8> {
    fileprivate mutating func appendAccess(_ record: AccessRecord) {
        appendRemoteAddress(of: record)
        append(UInt8(ascii: " "))
        appendWord(record.method)
        append(UInt8(ascii: " "))
        appendWord(record.path)
        append(UInt8(ascii: " "))
        appendWord(record.version)
        append(UInt8(ascii: " "))
        append(UInt64(clamping: record.status))
        append(UInt8(ascii: " "))
        append(record.bytes)
        append(" B ")
        let microseconds = UInt64(clamping: record.durationMicroseconds)
        append(microseconds / 1000)
        append(UInt8(ascii: "."))
        append(Int(microseconds % 1000), digits: 3)
        append(" ms id=")
        appendHexadecimal(record.requestNumber)
        appendField(" handler=", record.handler)
        appendField(" sni=", record.serverName)
        appendField(" tls=", record.tlsVersion)
        appendField(" user=", record.user)
        appendField(" fault=", record.fault)
        appendField(" agent=", record.userAgent)
    }

    private mutating func appendField(_ start: String, _ value: String?) {
        guard let value else { return }
        append(start)
        appendWord(value)
    }

    private mutating func appendRemoteAddress(of record: AccessRecord) {
        guard let port = record.remotePort, !record.hasIPv6Address else {
            appendWord(record.remoteAddress)
            return
        }
        // Most clients' address, of which no text has to be made.
        appendWord(record.remoteHost)
        append(UInt8(ascii: ":"))
        append(UInt64(port))
    }

    fileprivate mutating func appendTime(_ time: (seconds: Int, nanoseconds: Int)) {
        let (days, second) = (time.seconds / 86400, time.seconds % 86400)
        let (year, month, day) = civilDate(daysSince1970: days)
        append(year, digits: 4)
        append(UInt8(ascii: "-"))
        append(month, digits: 2)
        append(UInt8(ascii: "-"))
        append(day, digits: 2)
        append(UInt8(ascii: "T"))
        append(second / 3600, digits: 2)
        append(UInt8(ascii: ":"))
        append(second / 60 % 60, digits: 2)
        append(UInt8(ascii: ":"))
        append(second % 60, digits: 2)
        append(UInt8(ascii: "."))
        append(time.nanoseconds / 1_000_000, digits: 3)
        append(UInt8(ascii: "Z"))
    }

    private mutating func append(_ text: String) {
        let bytes = text.utf8.span
        for index in bytes.indices { append(bytes[index]) }
    }

    /// Appends a number in decimal.
    mutating func append(_ number: UInt64) {
        if number >= 10 { append(number / 10) }
        append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Appends the last decimal digits of a number.
    mutating func append(_ number: Int, digits: Int) {
        if digits > 1 { append(number / 10, digits: digits - 1) }
        append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Appends a number as 16 digits of base 16.
    mutating func appendHexadecimal(_ number: UInt64) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 0xF
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        }
    }
}

/// The date in the Gregorian calendar, for days from 1970 on.
///
/// Years are counted from March, so that the leap day is the last of its year (H. Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", civil_from_days).
func civilDate(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
    let days = daysSince1970 + 719_468
    let (era, dayOfEra) = (days / 146_097, days % 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}
