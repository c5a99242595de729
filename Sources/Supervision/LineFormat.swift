// LineFormat: an entry as one line of text for standard error.
import Glibc
import Logging

/// How a line on standard error begins.
package struct LineFormat: Sendable, Equatable {
    /// What stands before the level.
    package enum Prefix: Sendable {
        /// The time in UTC: `2026-11-21T10:35:25.123Z `.
        case time
        /// The priority for journald: `<6>`, sd-daemon(3).
        case priority
        /// Nothing.
        case none
    }

    /// What stands before the level.
    package var prefix: Prefix
    /// Whether the level is coloured, for a terminal.
    package var isColoured: Bool

    /// Makes a format.
    package init(prefix: Prefix, isColoured: Bool = false) {
        self.prefix = prefix
        self.isColoured = isColoured
    }

    func append(_ entry: LogEntry, to line: inout [UInt8]) {
        switch entry.content {
        case .event(let event, let loggerMetadata):
            appendStart(event.level, entry.time, to: &line)
            line.appendScrubbed(event.message.description)
            forEachField(of: event.merged(with: loggerMetadata)) { key, value in
                line.append(UInt8(ascii: " "))
                line.appendScrubbed(key)
                line.append(UInt8(ascii: "="))
                line.appendWord(value)
            }
        case .access(let record):
            appendStart(.info, entry.time, to: &line)
            line.appendAccess(record)
        }
        line.append(UInt8(ascii: "\n"))
    }

    private func appendStart(_ level: Logger.Level, _ time: (seconds: Int, nanoseconds: Int), to line: inout [UInt8]) {
        switch prefix {
        case .time:
            line.appendTime(time)
            line.append(UInt8(ascii: " "))
        case .priority: line.append(contentsOf: "<\(level.priority)>".utf8)
        case .none: break
        }
        let colour = isColoured ? level.colour : nil
        if let colour { line.append(contentsOf: "\u{1B}[\(colour)m".utf8) }
        line.append(contentsOf: level.rawValue.utf8)
        if colour != nil { line.append(contentsOf: "\u{1B}[0m".utf8) }
        line.append(contentsOf: ": ".utf8)
    }
}

extension [UInt8] {
    /// Appends what people read of a request: `192.0.2.1:5000 GET /a HTTP/1.1 200 12 B 0.345 ms id=…`.
    mutating func appendAccess(_ record: AccessRecord) {
        for text in [record.remoteAddress, record.method, record.path, record.version] {
            appendWord(text)
            append(UInt8(ascii: " "))
        }
        let (milliseconds, rest) = record.durationMicroseconds.quotientAndRemainder(dividingBy: 1000)
        append(contentsOf: "\(record.status) \(record.bytes) B \(milliseconds).".utf8)
        appendPadded(Int(rest), digits: 3)
        append(contentsOf: " ms id=".utf8)
        appendWord(record.requestID)
        appendField("handler", record.handler)
        appendField("sni", record.serverName)
        appendField("tls", record.tlsVersion)
        appendField("agent", record.userAgent)
    }

    private mutating func appendField(_ name: String, _ value: String?) {
        guard let value else { return }
        append(UInt8(ascii: " "))
        append(contentsOf: name.utf8)
        append(UInt8(ascii: "="))
        appendWord(value)
    }

    /// Appends a time as RFC 3339 has it, in UTC.
    mutating func appendTime(_ time: (seconds: Int, nanoseconds: Int)) {
        var seconds = time.seconds
        var date = unsafe tm()
        unsafe gmtime_r(&seconds, &date)
        let parts = unsafe [
            (Int(date.tm_year) + 1900, 4, "-"), (Int(date.tm_mon) + 1, 2, "-"), (Int(date.tm_mday), 2, "T"),
            (Int(date.tm_hour), 2, ":"), (Int(date.tm_min), 2, ":"), (Int(date.tm_sec), 2, "."),
            (time.nanoseconds / 1_000_000, 3, "Z"),
        ]
        for (number, digits, end) in parts {
            appendPadded(number, digits: digits)
            append(contentsOf: end.utf8)
        }
    }

    private mutating func appendPadded(_ number: Int, digits: Int) {
        let text = String(number)
        append(contentsOf: repeatElement(UInt8(ascii: "0"), count: Swift.max(digits - text.utf8.count, 0)))
        append(contentsOf: text.utf8)
    }
}

extension Logger.Level {
    /// The SGR parameter for the level, ECMA-48 §8.3.117; nil for the terminal's own colour.
    fileprivate var colour: Int? {
        switch self {
        case .trace, .debug: 2
        case .info: nil
        case .notice: 36
        case .warning: 33
        case .error, .critical: 31
        }
    }
}
