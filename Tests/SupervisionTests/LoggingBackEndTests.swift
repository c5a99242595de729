import Glibc
import Logging
import Supervision
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(1))) struct LoggingBackEndTests {
    /// What `body` logs, as lines without a time.
    private func lines(level: Logger.Level = .info, _ body: (Logger, SharedLogLevel) -> Void) throws
        -> [String]
    {
        let pipe = try FileDescriptor.pipe()
        let sink = StandardErrorSink(pipe.writeEnd, format: LineFormat(prefix: .none))
        let queue = try LogQueue.start(writingTo: sink)
        let shared = SharedLogLevel(level)
        body(Logger(label: "test") { _ in QueueLogHandler(queue: queue, level: shared) }, shared)
        #expect(queue.close(within: .seconds(50)))
        try pipe.writeEnd.close()
        defer { closeAll(pipe.readEnd) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = try unsafe buffer.withUnsafeMutableBytes({
            try unsafe pipe.readEnd.read(into: $0)
        }),
            count > 0
        {
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("swift-log's loggers write lines, with the logger's metadata under the event's")
    func logging() throws {
        let lines = try lines { logger, _ in
            var logger = logger
            logger[metadataKey: "worker"] = "1"
            logger[metadataKey: "id"] = "outer"
            logger.info("served", metadata: ["id": "inner"])
            logger.debug("hidden")
        }
        #expect(lines == ["info: served id=inner worker=1"])
    }

    @Test("a reload changes the level of all loggers but those that have one of their own")
    func level() throws {
        let lines = try lines { logger, shared in
            var own = logger
            own.logLevel = .error
            shared.level = .debug
            logger.debug("shown")
            own.debug("hidden")
            shared.level = .critical
            logger.error("hidden")
            own.error("own")
        }
        #expect(lines == ["debug: shown", "error: own"])
    }

    @Test("an event of a known kind reads like any other: the kind is for the journal")
    func event() throws {
        let lines = try lines { logger, _ in
            logger.log(level: .notice, event: .reloadRefused, "refused", metadata: ["line": "3"])
            logger.log(level: .debug, event: .ready, "hidden")
        }
        #expect(lines == ["notice: refused line=3"])
    }
}
