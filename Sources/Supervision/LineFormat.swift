// LineFormat: an entry as one line of text for standard error.
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
            line.appendMessage(event, event.merged(with: loggerMetadata))
        case .access(let record):
            appendStart(.info, entry.time, to: &line)
            line.appendAccess(record)
        }
        line.append(UInt8(ascii: "\n"))
    }

    private func appendStart(
        _ level: Logger.Level, _ time: (seconds: Int, nanoseconds: Int), to line: inout [UInt8]
    ) {
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
