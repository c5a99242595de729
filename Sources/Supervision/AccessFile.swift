// A file that access records are appended to by themselves. What can't be written is counted, and told in the log at a
// write, once a minute at the most; nothing waits for it, and nothing ends because of it.

import Glibc
import Logging
import Synchronization
import SystemPackage

/// A file of an access log, or standard error. The log's thread writes it.
package final class AccessFile: Sendable {
    package let format: AccessFormat
    /// nil for standard error.
    private let path: FilePath?
    private let state: Mutex<State>
    // Not in the state, which is locked while the log's thread writes.
    private let wantsReopening = Atomic(false)
    private let lost = Atomic<UInt64>(0)

    private struct State {
        var descriptor: FileDescriptor
        var lines: [UInt8] = []
        /// Records in `lines`.
        var waiting: UInt64 = 0
        /// Whether the last write ended within a line.
        var isWithinLine = false
        /// Records that were not written, and not told of.
        var lost: UInt64 = 0
        var failure: Errno?
        /// When it was told of last, in seconds of CLOCK_MONOTONIC.
        var toldAt: Int?
    }

    /// How often is told of what was lost, in seconds.
    private static let tellingInterval = 60

    /// Opens a file to append to it; one that isn't there is made, for its owner and group.
    ///
    /// - Throws: `SupervisionError` (`.accessLog`).
    package init(_ path: FilePath, _ format: AccessFormat) throws(SupervisionError) {
        self.path = path
        self.format = format
        state = Mutex(State(descriptor: try Self.open(path)))
    }

    /// Lines on standard error.
    package init(standardErrorIn format: AccessFormat) {
        path = nil
        self.format = format
        state = Mutex(State(descriptor: .standardError))
    }

    deinit {
        guard path != nil else { return }
        // Each failed write was counted; close(2) on Linux frees the descriptor whatever it returns.
        state.withLock { _ = try? $0.descriptor.close() }
    }

    /// Never waits for the other end of a FIFO.
    private static func open(_ path: FilePath) throws(SupervisionError) -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                path, .writeOnly, options: [.append, .create, .closeOnExec, .nonBlocking],
                permissions: [.ownerReadWrite, .groupRead])
        } catch {
            throw SupervisionError(.accessLog, errno: error as? Errno, context: "\(path)")
        }
    }

    /// Whether the file could be opened, as far as that can be said without making it.
    ///
    /// - Throws: `SupervisionError` (`.accessLog`).
    package static func check(_ path: FilePath) throws(SupervisionError) {
        let isThere = unsafe access(path.string, F_OK) == 0
        let folder = path.removingLastComponent()
        let place = isThere ? path.string : folder.isEmpty ? "." : folder.string
        guard unsafe access(place, isThere ? W_OK : W_OK | X_OK) == 0 else {
            throw SupervisionError(.accessLog, errno: Errno(rawValue: errno), context: "\(path)")
        }
    }

    /// Opens the file anew before the next write: it may have been renamed, as by logrotate(8). Any thread may call it.
    package func reopen() {
        wantsReopening.store(true, ordering: .relaxed)
    }

    /// Records that could not be written since it was opened first. Any thread may ask.
    package var lostRecords: UInt64 { lost.load(ordering: .relaxed) }

    /// Takes a record; ``flush()`` writes it.
    func append(_ record: AccessRecord, at time: (seconds: Int, nanoseconds: Int)) {
        state.withLock { state in
            format.append(record, at: time, to: &state.lines)
            state.waiting += 1
        }
    }

    /// Writes what was taken.
    ///
    /// - Returns: What there is to tell.
    func flush() -> LogEntry? {
        state.withLock { state in
            if let path, wantsReopening.exchange(false, ordering: .relaxed) { reopen(path, &state) }
            write(&state)
            return notice(&state)
        }
    }

    private func reopen(_ path: FilePath, _ state: inout State) {
        do throws(SupervisionError) {
            let new = try Self.open(path)
            _ = try? state.descriptor.close()  // as in deinit
            state.descriptor = new
            state.isWithinLine = false
        } catch {
            // The old file takes what comes.
            state.failure = error.errno
            state.toldAt = nil
        }
    }

    private func write(_ state: inout State) {
        guard !state.lines.isEmpty else { return }
        if state.isWithinLine { state.lines.insert(UInt8(ascii: "\n"), at: 0) }
        let (count, failure) = state.descriptor.write(lines: state.lines, waits: path == nil)
        if let failure {
            // Those whose end is among what was written are there.
            let written = UInt64(state.lines[..<count].count { $0 == UInt8(ascii: "\n") })
            let whole = state.isWithinLine && written > 0 ? written - 1 : written
            state.lost += state.waiting - whole
            lost.wrappingAdd(state.waiting - whole, ordering: .relaxed)
            state.failure = failure
        }
        if count > 0 { state.isWithinLine = state.lines[count - 1] != UInt8(ascii: "\n") }
        state.waiting = 0
        state.lines.removeAll(keepingCapacity: state.lines.capacity <= 1 << 20)
    }

    private func notice(_ state: inout State) -> LogEntry? {
        guard let failure = state.failure else { return nil }
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        if let told = state.toldAt, now.tv_sec - told < Self.tellingInterval { return nil }
        defer { (state.lost, state.failure, state.toldAt) = (0, nil, now.tv_sec) }
        let event = LogEvent(
            level: .error, message: "The access log can't be written.",
            metadata: [
                "path": "\(path?.string ?? "standard error")", "lost": "\(state.lost)", "error": "\(failure)",
            ], source: "Supervision", file: #fileID, function: #function, line: #line)
        return LogEntry(.event(event, loggerMetadata: [:]))
    }
}

/// Gives each entry that has a file of its own to that file, and others to the log.
struct DivertingSink: LogSink {
    let log: any LogSink

    func write(_ entries: [LogEntry]) {
        guard entries.contains(where: { $0.accessFile != nil }) else { return log.write(entries) }
        var others: [LogEntry] = []
        // One, but for the moment of a reload.
        var files: [AccessFile] = []
        for entry in entries {
            guard let file = entry.accessFile, case .access(let record) = entry.content else {
                others.append(entry)
                continue
            }
            file.append(record, at: entry.time)
            if !files.contains(where: { $0 === file }) { files.append(file) }
        }
        others += files.compactMap { $0.flush() }
        if !others.isEmpty { log.write(others) }
    }
}
