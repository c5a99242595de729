// StandardErrorSink: writes entries as lines to a descriptor, many in one write(2).
import Glibc
import SystemPackage

/// Standard error, or another descriptor that takes lines.
package final class StandardErrorSink: LogSink {
    private let descriptor: FileDescriptor
    private let format: LineFormat

    /// Makes a sink that writes to `descriptor`, which stays the caller's.
    package init(_ descriptor: FileDescriptor = .standardError, format: LineFormat) {
        self.descriptor = descriptor
        self.format = format
    }

    /// Writes the lines of all entries; waits for a reader that is slow.
    package func write(_ entries: [LogEntry]) {
        var lines: [UInt8] = []
        for entry in entries {
            format.append(entry, to: &lines)
            guard lines.count >= 64 << 10 else { continue }
            write(lines)
            lines.removeAll(keepingCapacity: true)
        }
        write(lines)
    }

    private func write(_ lines: [UInt8]) {
        // Nobody reads (EPIPE) or the disk is full: there is no other place to say so.
        _ = descriptor.write(lines: lines)
    }
}

extension FileDescriptor {
    /// Writes all bytes.
    ///
    /// - Parameter waits: Whether a reader that is slow is waited for; else what it doesn't take is not written (EAGAIN).
    /// - Returns: How many were written, and why not all.
    func write(lines: [UInt8], waits: Bool = true) -> (count: Int, failure: Errno?) {
        var rest = lines[...]
        while !rest.isEmpty {
            do {
                let count = try unsafe rest.withUnsafeBytes { bytes in try unsafe write(bytes) }
                rest = rest.dropFirst(count)
            } catch Errno.wouldBlock where waits {
                // A terminal that another program has set to O_NONBLOCK.
                var poll = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                unsafe Glibc.poll(&poll, 1, -1)
            } catch {
                return (lines.count - rest.count, error as? Errno ?? .ioError)
            }
        }
        return (lines.count, nil)
    }
}
