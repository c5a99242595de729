// Waiting for events of descriptors and files, each time with an end.

import CLinux
import Glibc
import SystemPackage

/// Waits until a descriptor is ready.
///
/// - Throws: ``Unfinished`` after `seconds`.
func wait(for event: CInt, on descriptor: CInt, seconds: CInt = 30, _ what: String) throws {
    var entry = pollfd(fd: descriptor, events: CShort(event), revents: 0)
    while true {
        let result = unsafe poll(&entry, 1, seconds * 1000)
        if result > 0 { return }
        guard result < 0, errno == EINTR else { throw Unfinished("\(what): nothing in \(seconds) s") }
    }
}

/// A log that another process appends to.
final class GrowingLog {
    private let descriptor: FileDescriptor
    private let watch: FileDescriptor
    private var rest: [UInt8] = []
    /// The whole lines so far.
    private(set) var lines: [String] = []

    /// Opens the file, which must be there.
    init(_ path: FilePath) throws {
        descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        watch = FileDescriptor(rawValue: inotify_init1(CInt(IN_CLOEXEC)))
        guard unsafe inotify_add_watch(watch.rawValue, path.string, UInt32(IN_MODIFY)) >= 0 else {
            throw Errno(rawValue: errno)
        }
    }

    deinit {
        for descriptor in [descriptor, watch] { close(descriptor.rawValue) }
    }

    /// Waits for a line that has all the words, from line `start` on; gives its index.
    @discardableResult
    func wait(from start: Int = 0, containing words: String..., seconds: CInt = 15) throws -> Int {
        var next = start
        while true {
            try readLines()
            while next < lines.count {
                if words.allSatisfy(lines[next].contains) { return next }
                next += 1
            }
            do {
                try IntegrationTests.wait(for: POLLIN, on: watch.rawValue, seconds: seconds, "the log")
            } catch {
                throw Unfinished("no line with \(words) in:\n\(lines.suffix(30).joined(separator: "\n"))")
            }
            try takeEvents()
        }
    }

    /// Reads what has come.
    func readLines() throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
            guard count > 0 else { return }
            rest += chunk[..<count]
            var parts = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            rest = Array(parts.removeLast())
            lines += parts.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private func takeEvents() throws {
        var events = [UInt8](repeating: 0, count: 4096)
        _ = try unsafe events.withUnsafeMutableBytes { try unsafe watch.read(into: $0) }
    }
}
