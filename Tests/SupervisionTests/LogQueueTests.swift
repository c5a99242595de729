import Logging
import Supervision
import Synchronization
import SystemPackage
import Testing

/// A sink that keeps the messages, and can be held up.
private final class GatedSink: LogSink {
    private let written = Mutex<[[String]]>([])
    private let gate: FileDescriptor?

    init(gate: FileDescriptor? = nil) { self.gate = gate }

    var batches: [[String]] { written.withLock { $0 } }

    func write(_ entries: [LogEntry]) {
        if let gate {
            // The test closes or writes the other end.
            _ = try? unsafe withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) {
                try unsafe gate.read(into: $0)
            }
        }
        let messages = entries.map { entry in
            switch entry.content {
            case .event(let event, _):
                "\(event.message)"
            case .access(let record): record.target
            }
        }
        written.withLock { $0.append(messages) }
    }
}

private func entry(_ message: String, _ level: Logger.Level = .info) -> LogEntry {
    LogEntry(
        .event(
            LogEvent(
                level: level, message: "\(message)", metadata: nil, source: "", file: "", function: "",
                line: 0),
            loggerMetadata: [:]))
}

private func limits(entries: Int = 8192, bytes: Int = 4 << 20, linger: Duration = .zero) -> LogQueue.Limits {
    var limits = LogQueue.Limits()
    (limits.entries, limits.bytes, limits.linger) = (entries, bytes, linger)
    return limits
}

private let forEver = Duration.seconds(50)

@Suite(.timeLimit(.minutes(1))) struct LogQueueTests {
    @Test("entries are written in their order, and flush waits for them")
    func order() throws {
        let sink = GatedSink()
        let queue = try LogQueue.start(writingTo: sink)
        for number in 0..<1000 { queue.enqueue(entry("\(number)")) }
        #expect(queue.flush(within: forEver))
        #expect(sink.batches.flatMap(\.self) == (0..<1000).map(String.init))
        #expect(queue.close(within: forEver) && queue.droppedEntries == 0)
    }

    @Test("entries that come together are written together")
    func batches() throws {
        let sink = GatedSink()
        let queue = try LogQueue.start(writingTo: sink, limits: limits(linger: forEver))
        for number in 0..<100 { queue.enqueue(entry("\(number)")) }
        #expect(sink.batches.isEmpty)
        #expect(queue.close(within: forEver))
        #expect(sink.batches.map(\.count) == [100])
    }

    @Test("a warning does not wait for others; neither does a queue that is half full")
    func urgent() async throws {
        let sink = GatedSink()
        let queue = try LogQueue.start(writingTo: sink, limits: limits(entries: 10, linger: forEver))
        queue.enqueue(entry("quiet"))
        queue.enqueue(entry("loud", .warning))
        while sink.batches.flatMap(\.self).count < 2 { await Task.yield() }
        for number in 0..<5 { queue.enqueue(entry("\(number)")) }
        while sink.batches.flatMap(\.self).count < 7 { await Task.yield() }
        #expect(queue.close(within: forEver))
    }

    @Test("what does not fit is dropped and counted, and the count is logged once there is room")
    func dropped() throws {
        let gate = try FileDescriptor.pipe()
        let sink = GatedSink(gate: gate.readEnd)
        let queue = try LogQueue.start(writingTo: sink, limits: limits(entries: 10))
        // The sink holds up the thread: at most 10 with it, and 10 more that wait.
        for number in 0..<100 { queue.enqueue(entry("\(number)")) }
        #expect(queue.droppedEntries >= 80)
        #expect(!queue.flush(within: .milliseconds(1)))
        try gate.writeEnd.close()
        #expect(queue.close(within: forEver))
        let messages = sink.batches.flatMap(\.self)
        let reported = messages.compactMap { message in
            message.contains("log entries were dropped")
                ? Int(message.split(separator: " ").first ?? "") : nil
        }
        #expect(reported.reduce(0, +) == Int(queue.droppedEntries))
        #expect(messages.count - reported.count == 100 - Int(queue.droppedEntries))
        closeAll(gate.readEnd)
    }

    @Test("the bound holds for bytes, too; an entry after one that was too large still comes through")
    func bytes() throws {
        let sink = GatedSink()
        let queue = try LogQueue.start(writingTo: sink, limits: limits(bytes: 10_000))
        queue.enqueue(entry(String(repeating: "x", count: 20_000)))
        queue.enqueue(entry("small"))
        #expect(queue.flush(within: forEver))
        #expect(queue.droppedEntries == 1 && sink.batches.flatMap(\.self).contains("small"))
        #expect(queue.close(within: forEver))
    }

    @Test("a reader of standard error that does not read holds up nobody")
    func fullPipe() throws {
        let pipe = try FileDescriptor.pipe()
        let sink = StandardErrorSink(pipe.writeEnd, format: LineFormat(prefix: .time))
        let queue = try LogQueue.start(writingTo: sink, limits: limits(entries: 100))
        let message = String(repeating: "x", count: 4096)
        let clock = ContinuousClock()
        let time = clock.measure {
            for _ in 0..<10_000 { queue.enqueue(entry(message)) }
        }
        // A pipe holds 64 KiB: 16 of these.
        #expect(queue.droppedEntries > 0 && time < .seconds(20))
        #expect(!queue.flush(within: .milliseconds(10)))
        // EPIPE lets the thread go; SIGPIPE is ignored as in the daemon.
        ignoreBrokenPipes()
        closeAll(pipe.readEnd)
        #expect(queue.close(within: forEver))
        closeAll(pipe.writeEnd)
    }

    @Test("access records go the same way, and after the end of the queue nothing is taken")
    func access() throws {
        let sink = GatedSink()
        let queue = try LogQueue.start(writingTo: sink)
        AccessLog(queue: queue).append(.example)
        #expect(queue.close(within: forEver))
        AccessLog(queue: queue).append(.example)
        #expect(sink.batches == [["/a/b?c"]] && queue.droppedEntries == 0)
    }

    @Test("many threads at once: nothing is lost, each one's order is kept")
    func threads() async throws {
        let sink = GatedSink()
        let queue = try LogQueue.start(writingTo: sink, limits: limits(entries: 100_000, bytes: 100 << 20))
        await withTaskGroup { group in
            for task in 0..<4 {
                group.addTask { for number in 0..<1000 { queue.enqueue(entry("\(task) \(number)")) } }
            }
        }
        #expect(queue.close(within: forEver))
        let messages = sink.batches.flatMap(\.self)
        for task in 0..<4 {
            #expect(messages.filter { $0.hasPrefix("\(task) ") } == (0..<1000).map { "\(task) \($0)" })
        }
    }
}
