// Instants, durations, counts and sizes as pages show them.

import HTTPCore

/// An instant as RFC 3339 in UTC: `2026-11-21T10:43:00Z`; one outside the years 1 to 9999 is the nearest inside.
func timestamp(_ secondsSinceEpoch: Int64) -> String {
    var text: [UInt8] = []
    HTTPDate(secondsSinceEpoch: secondsSinceEpoch).appendTimestamp(to: &text)
    return String(decoding: text, as: UTF8.self)
}

/// A duration in its two largest units: `2 d 3 h`, `4 min 5 s`, `6 s`.
func span(_ seconds: Int64) -> String {
    let parts = [
        (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s"),
    ]
    let shown = parts.drop { $0.0 == 0 }.prefix(2)
    return shown.isEmpty ? "0 s" : shown.map { "\($0.0) \($0.1)" }.joined(separator: " ")
}

/// A moment to the minute, in UTC: `2026-11-21 10:43`.
func minute(_ secondsSinceEpoch: Int64) -> String {
    var text: [UInt8] = []
    text.append(minute: secondsSinceEpoch)
    return String(decoding: text, as: UTF8.self)
}

/// A count with its noun, in the plural unless it is 1.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// A size for people, to one decimal: `512 B`, `1.5 KiB`.
func size(_ bytes: UInt64) -> String {
    var text: [UInt8] = []
    text.append(size: bytes)
    return String(decoding: text, as: UTF8.self)
}

extension [UInt8] {
    /// Appends ``minute(_:)``.
    mutating func append(minute secondsSinceEpoch: Int64) {
        let start = count
        HTTPDate(secondsSinceEpoch: secondsSinceEpoch).appendTimestamp(to: &self)
        self[start + 10] = UInt8(ascii: " ")
        removeLast(count - start - 16)
    }

    /// Appends ``size(_:)``.
    mutating func append(size bytes: UInt64) {
        guard bytes >= 1_024 else {
            append(decimal: bytes)
            return append(ascii: " B")
        }
        var tenths = bytes / 1_024 * 10 + bytes % 1_024 * 10 / 1_024
        var unit = 0
        while tenths >= 10_240, unit < sizeUnits.count - 1 {
            tenths /= 1_024
            unit += 1
        }
        append(decimal: tenths / 10)
        append(UInt8(ascii: "."))
        append(decimal: tenths % 10)
        append(UInt8(ascii: " "))
        append(ascii: sizeUnits[unit])
    }
}

private let sizeUnits = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
