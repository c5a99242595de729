// LogEntry: one thing to be logged, as it waits in the queue, not yet formatted.
import Glibc
import Logging

/// One thing to be logged.
package struct LogEntry: Sendable {
    /// What there is to be logged.
    package enum Content: Sendable {
        /// An event of swift-log, and the metadata of the logger that it came through.
        case event(LogEvent, loggerMetadata: Logger.Metadata)
        /// A request that was answered.
        indirect case access(AccessRecord)
    }

    /// What there is to be logged.
    package let content: Content
    /// When it happened: seconds since 1970 and the nanoseconds of that second.
    package let time: (seconds: Int, nanoseconds: Int)
    /// Where an access record goes; nil for the log of all else.
    let accessFile: AccessFile?

    /// Makes an entry that happens now.
    package init(_ content: Content, for accessFile: AccessFile? = nil) {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        self.init(content, time: (now.tv_sec, now.tv_nsec), for: accessFile)
    }

    /// Makes an entry of a given time.
    package init(
        _ content: Content, time: (seconds: Int, nanoseconds: Int), for accessFile: AccessFile? = nil
    ) {
        self.content = content
        self.accessFile = accessFile
        self.time = time
    }

    /// Whether the entry should be written at once: a warning, or worse.
    var isUrgent: Bool {
        if case .event(let event, _) = content { event.level >= .warning } else { false }
    }

    /// About how many bytes of memory the entry holds.
    var size: Int {
        switch content {
        case .event(let event, let loggerMetadata):
            256 + event.message.description.utf8.count + metadataSize(event.metadata ?? [:])
                + metadataSize(loggerMetadata)
        case .access(let record):
            256 + record.method.utf8.count + record.target.utf8.count + (record.userAgent?.utf8.count ?? 0)
                + (record.serverName?.utf8.count ?? 0) + (record.user?.utf8.count ?? 0)
                + (record.referer?.utf8.count ?? 0)
        }
    }
}

private func metadataSize(_ metadata: Logger.Metadata) -> Int {
    metadata.reduce(0) { $0 + $1.key.utf8.count + valueSize($1.value) }
}

private func valueSize(_ value: Logger.MetadataValue) -> Int {
    switch value {
    case .string(let text): 32 + text.utf8.count
    case .stringConvertible: 64
    case .array(let values): values.reduce(32) { $0 + valueSize($1) }
    case .dictionary(let metadata): 32 + metadataSize(metadata)
    }
}
