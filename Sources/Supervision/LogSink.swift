// LogSink: where the queue's thread writes to. Only that thread calls it, and it may block.
import Logging

/// Where log entries are written to.
package protocol LogSink: Sendable {
    /// Writes entries in their order. Called on one thread; may block, and must not log.
    func write(_ entries: [LogEntry])
}

extension LogEntry {
    /// The entry that says how many others were dropped.
    static func dropped(_ count: UInt64) -> LogEntry {
        let event = LogEvent(
            level: .warning, message: "\(count) log entries were dropped since the log could not keep up",
            metadata: [
                EventKind.metadataKey: .string(EventKind.logDropped.rawValue),
                "dropped": .stringConvertible(count),
            ],
            source: "Supervision", file: #fileID, function: #function, line: #line)
        return LogEntry(.event(event, loggerMetadata: [:]))
    }
}
