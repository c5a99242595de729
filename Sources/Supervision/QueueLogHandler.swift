// QueueLogHandler: swift-log's back end; its sink decides on journal or standard error.
import Logging
import Synchronization

/// The level that all loggers of one back end share, so that a reload can change it.
package final class SharedLogLevel: Sendable {
    private let index: Atomic<Int>

    /// Starts with the given level.
    package init(_ level: Logger.Level) {
        index = Atomic(Self.levels.firstIndex(of: level) ?? 0)
    }

    /// The level now; any thread may read and set it.
    package var level: Logger.Level {
        get { Self.levels[index.load(ordering: .relaxed)] }
        set { index.store(Self.levels.firstIndex(of: newValue) ?? 0, ordering: .relaxed) }
    }

    private static let levels = Logger.Level.allCases
}

/// A back end for swift-log that puts entries on a queue, unformatted.
package struct QueueLogHandler: LogHandler {
    /// Metadata that each entry gets.
    package var metadata: Logger.Metadata = [:]
    /// Metadata out of the task's context.
    package var metadataProvider: Logger.MetadataProvider?
    private let queue: LogQueue
    private let sharedLevel: SharedLogLevel
    private var ownLevel: Logger.Level?

    /// Makes a back end; the level is that of `level` until it is set on the logger itself.
    package init(queue: LogQueue, level: SharedLogLevel) {
        self.queue = queue
        sharedLevel = level
    }

    /// The least level that is logged.
    package var logLevel: Logger.Level {
        get { ownLevel ?? sharedLevel.level }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Puts the event on the queue; never waits.
    package func log(event: LogEvent) {
        var metadata = metadata
        if let provided = metadataProvider?.get(), !provided.isEmpty {
            metadata.merge(provided) { _, provided in provided }
        }
        queue.enqueue(LogEntry(.event(event, loggerMetadata: metadata)))
    }
}
