// Logging of an event of a known kind.
import Logging

extension Logger {
    /// Logs an event, which the journal gets with the MESSAGE_ID of its kind.
    package func log(
        level: Level, event: EventKind, _ message: @autoclosure () -> Message, metadata: Metadata = [:],
        file: String = #fileID, function: String = #function, line: UInt = #line
    ) {
        guard level >= logLevel else { return }
        var metadata = metadata
        metadata[EventKind.metadataKey] = .string(event.rawValue)
        log(level: level, message(), metadata: metadata, file: file, function: function, line: line)
    }
}
