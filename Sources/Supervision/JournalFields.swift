// JournalFields: one entry in the form that sd_journal_sendv(3) takes, NAME=value each.
// Names are A-Z, 0-9 and _, begin with a letter, have at most 64 bytes (journald drops others).
import Logging

/// The fields of one journal entry, one after the other in one buffer.
struct JournalFields: Sendable {
    /// All fields, without separators.
    private(set) var bytes: [UInt8] = []
    /// Where each field ends in `bytes`.
    private(set) var ends: [Int] = []

    /// Appends a field whose name is known to be valid.
    mutating func append(_ name: String, _ value: String) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: "="))
        bytes.appendScrubbed(value)
        ends.append(bytes.count)
    }

    /// Appends what `journalctl` shows of an entry, scrubbed already.
    mutating func appendMessage(_ body: (inout [UInt8]) -> Void) {
        bytes.append(contentsOf: "MESSAGE=".utf8)
        body(&bytes)
        ends.append(bytes.count)
    }

    mutating func append(_ name: String, ifPresent value: String?) {
        if let value { append(name, value) }
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// The fields as text, for tests.
    var texts: [String] {
        var start = 0
        return ends.map { end in
            defer { start = end }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
    }
}

extension JournalFields {
    mutating func append(_ entry: LogEntry) {
        append("SYSLOG_IDENTIFIER", "portico")
        switch entry.content {
        case .event(let event, let loggerMetadata): append(event, loggerMetadata)
        case .access(let record): append(record)
        }
    }

    private mutating func append(_ event: LogEvent, _ loggerMetadata: Logger.Metadata) {
        let metadata = event.merged(with: loggerMetadata)
        appendMessage { $0.appendMessage(event, metadata) }
        append("PRIORITY", String(event.level.priority))
        append("CODE_FILE", event.file)
        append("CODE_LINE", String(event.line))
        append("CODE_FUNC", event.function)
        forEachField(of: metadata) { key, value in
            if key == EventKind.metadataKey, let kind = EventKind(rawValue: value) {
                append("MESSAGE_ID", kind.messageID)
            } else if key == "message_id", isMessageID(value) {
                append("MESSAGE_ID", value)
            } else {
                append(fieldName(key), value)
            }
        }
    }

    private mutating func append(_ record: AccessRecord) {
        appendMessage { $0.appendAccess(record) }
        append("PRIORITY", String(Logger.Level.info.priority))
        append("MESSAGE_ID", EventKind.access.messageID)
        append("HTTP_METHOD", record.method)
        append("HTTP_PATH", record.path)
        append("HTTP_VERSION", record.version)
        append("HTTP_STATUS", String(record.status))
        append("HTTP_BYTES", String(record.bytes))
        append("DURATION_USEC", String(record.durationMicroseconds))
        append("REQUEST_ID", record.requestID)
        append("REMOTE_ADDR", record.remoteAddress)
        append("TLS_VERSION", ifPresent: record.tlsVersion)
        append("TLS_CIPHER", ifPresent: record.tlsCipher)
        append("TLS_SNI", ifPresent: record.serverName)
        append("HANDLER", ifPresent: record.handler)
        append("HTTP_USER", ifPresent: record.user)
        append("FAULT", ifPresent: record.fault)
        append("HTTP_USER_AGENT", ifPresent: record.userAgent)
    }
}

/// Names that only the back end may set: journald takes the first of two, readers may take the other.
private let reservedNames: Set<String> = [
    "MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER", "CODE_FILE", "CODE_LINE", "CODE_FUNC",
]

/// Whether journald takes the text for a MESSAGE_ID: 128 bits in hexadecimal.
private func isMessageID(_ text: String) -> Bool {
    text.utf8.count == 32 && text.unicodeScalars.allSatisfy { $0.properties.isASCIIHexDigit }
}

/// The name of the field for a metadata key: `tls.alert` becomes `TLS_ALERT`; what journald would not take,
/// or what is reserved, gets `PORTICO_` in front.
func fieldName(_ key: String) -> String {
    var name = String(
        String.UnicodeScalarView(
            key.unicodeScalars.map { scalar -> Unicode.Scalar in
                switch scalar {
                case "a"..."z": Unicode.Scalar(UInt8(scalar.value - 0x20))
                case "A"..."Z", "0"..."9": scalar
                default: "_"
                }
            }))
    let first = name.unicodeScalars.first ?? "_"
    if first == "_" || ("0"..."9").contains(first) || reservedNames.contains(name) {
        name = "PORTICO_" + name.drop { $0 == "_" }
    }
    return String(name.prefix(64))
}

extension Logger.Level {
    /// The priority of syslog(3), 0 to 7.
    var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
