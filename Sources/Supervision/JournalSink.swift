// JournalSink: writes entries to the journal by its native protocol, sd_journal_sendv(3).
import CSystemd
import Glibc

/// The journal; another sink takes what the journal refuses.
package final class JournalSink: LogSink {
    private let fallback: any LogSink

    /// Makes a sink; `fallback` takes the entries that the journal refuses. Where its socket does not exist, the
    /// library drops entries without an error: `LoggingBackEnd.destination` looks for it before.
    package init(fallback: any LogSink) {
        self.fallback = fallback
    }

    /// Sends each entry as one message.
    package func write(_ entries: [LogEntry]) {
        var fields = JournalFields()
        for entry in entries {
            fields.removeAll()
            fields.append(entry)
            if !fields.send() { fallback.write([entry]) }
        }
    }
}

extension JournalFields {
    /// Sends the fields as one entry; says whether the journal took it.
    fileprivate func send() -> Bool {
        var bytes = bytes
        return unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return true }
            var start = 0
            let vectors = unsafe ends.map { end in
                defer { start = end }
                return unsafe iovec(iov_base: base + start, iov_len: end - start)
            }
            return unsafe sd_journal_sendv(vectors, CInt(clamping: vectors.count)) >= 0
        }
    }
}
