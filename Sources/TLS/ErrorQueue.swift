// Owns the access to OpenSSL's error queue, which belongs to the thread: clear it before a call, read it right
// after, and never suspend in between (SSL_get_error(3)).
import COpenSSL
import SystemPackage

enum ErrorQueue {
    /// One entry: the raw code's library and reason, and a text for the log.
    struct Entry {
        let library: CInt
        let reason: CInt
        let text: String

        /// The system's error, if the entry is one.
        var systemError: Errno? { library == ERR_LIB_SYS ? Errno(rawValue: reason) : nil }

        /// Whether it says that a PEM text has no further block: how reading all of them ends.
        var isEndOfPEM: Bool { library == ERR_LIB_PEM && reason == PEM_R_NO_START_LINE }
    }

    /// Empties the queue; a peek comes first because ERR_clear_error() wipes all sixteen slots even if none is used.
    static func clear() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    /// Takes all entries, oldest first.
    static func drain() -> [Entry] {
        var entries: [Entry] = []
        while let entry = next() { entries.append(entry) }
        return entries
    }

    private static func next() -> Entry? {
        var data: UnsafePointer<CChar>?
        var flags: CInt = 0
        let code = unsafe ERR_get_error_all(nil, nil, nil, &data, &flags)
        guard code != 0 else { return nil }
        var text = reasonText(code)
        if flags & ERR_TXT_STRING != 0, let data = unsafe data {
            let detail = unsafe String(cString: data)
            if !detail.isEmpty { text += " (\(detail))" }
        }
        return Entry(library: ERR_GET_LIB(code), reason: ERR_GET_REASON(code), text: text)
    }

    private static func reasonText(_ code: UInt) -> String {
        if let reason = unsafe ERR_reason_error_string(code) { return unsafe String(cString: reason) }
        if ERR_GET_LIB(code) == ERR_LIB_SYS { return Errno(rawValue: ERR_GET_REASON(code)).description }
        return "error 0x" + String(code, radix: 16)
    }
}
