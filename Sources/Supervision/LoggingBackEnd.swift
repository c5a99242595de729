// LoggingBackEnd: which log this process has, and the loggers that write to it. No global state.
import Glibc
import Logging
import SystemPackage

/// The log of this process.
package struct LoggingBackEnd: Sendable {
    /// Where a log goes to.
    package enum Destination: Sendable, Equatable {
        /// The journal, by its native protocol.
        case journal
        /// Lines on standard error.
        case standardError(LineFormat)
    }

    /// Where the log goes to.
    package let destination: Destination
    /// What waits to be written; also says how much was dropped.
    package let queue: LogQueue
    /// The least level that is logged, for all loggers of this back end; a reload may change it.
    package let level: SharedLogLevel

    /// Starts the log that fits the environment, and the thread that writes it. Call it after
    /// `SignalStream.init`, so that signals do not go to the thread.
    ///
    /// - Throws: `SupervisionError` (`.thread`).
    package static func start(
        environment: ServiceEnvironment = .current(), level: Logger.Level = .info,
        limits: LogQueue.Limits = LogQueue.Limits()
    ) throws(SupervisionError) -> LoggingBackEnd {
        try start(destination: destination(in: environment), level: level, limits: limits)
    }

    /// Starts a log to a given destination.
    ///
    /// - Throws: `SupervisionError` (`.thread`).
    package static func start(
        destination: Destination, level: Logger.Level = .info, limits: LogQueue.Limits = LogQueue.Limits()
    ) throws(SupervisionError) -> LoggingBackEnd {
        let sink: any LogSink =
            switch destination {
            // journald reads the priority out of what comes through the stream, if its socket fails.
            case .journal: JournalSink(fallback: StandardErrorSink(format: LineFormat(prefix: .priority)))
            case .standardError(let format): StandardErrorSink(format: format)
            }
        return try LoggingBackEnd(
            destination: destination, queue: .start(writingTo: DivertingSink(log: sink), limits: limits),
            level: SharedLogLevel(level))
    }

    /// The log of a process in `environment`: the journal if `descriptor` is its stream and its socket is there,
    /// lines with `<N>` if only the stream is, else lines with the time, in colour on a terminal.
    package static func destination(
        in environment: ServiceEnvironment, standardError descriptor: FileDescriptor = .standardError,
        journalSocket: String = "/run/systemd/journal/socket"
    ) -> Destination {
        if environment.isJournal(descriptor) {
            let hasSocket = unsafe access(journalSocket, W_OK) == 0
            return hasSocket ? .journal : .standardError(LineFormat(prefix: .priority))
        }
        // no-color.org: any value that is not empty.
        let refusesColour = unsafe getenv("NO_COLOR").map { unsafe $0.pointee != 0 } ?? false
        let isTerminal = isatty(descriptor.rawValue) == 1
        return .standardError(LineFormat(prefix: .time, isColoured: isTerminal && !refusesColour))
    }

    /// A logger of this back end.
    package func logger(label: String) -> Logger {
        Logger(label: label) { _ in QueueLogHandler(queue: queue, level: level) }
    }

    /// The access log of this back end.
    package var accessLog: AccessLog { AccessLog(queue: queue) }

    /// Waits until all is written that was logged before; false if `time` was over first.
    @discardableResult
    package func flush(within time: Duration = .seconds(2)) -> Bool {
        queue.flush(within: time)
    }

    /// Writes what waits, and ends the log's thread: the last thing before the process exits.
    @discardableResult
    package func close(within time: Duration = .seconds(2)) -> Bool {
        queue.close(within: time)
    }
}
