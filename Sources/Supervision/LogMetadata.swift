// The metadata of an entry, made flat and free of secrets; both sinks read it.
import Logging

/// Keys whose values are never logged, in lower case.
private let secretKeys: Set<String> = [
    "authorization", "proxy-authorization", "cookie", "set-cookie", "password", "private-key", "token",
]

/// Keys that only the journal shows, as fields: the kind of an event, and a place that the message has already.
private let fieldOnlyKeys: Set<String> = [EventKind.metadataKey, "message_id", "config_file", "config_line"]

extension [UInt8] {
    /// Appends what people read of an event: `message key=value…`.
    mutating func appendMessage(_ event: LogEvent, _ metadata: Logger.Metadata) {
        appendScrubbed(event.message.description)
        forEachField(of: metadata) { key, value in
            guard !fieldOnlyKeys.contains(key) else { return }
            append(UInt8(ascii: " "))
            appendScrubbed(key)
            append(UInt8(ascii: "="))
            appendWord(value)
        }
    }
}

/// Calls `body` with each key and value in the order of the keys: nested dictionaries as `outer.inner`, each
/// element of an array on its own, `(masked)` for secrets.
func forEachField(of metadata: Logger.Metadata, _ body: (String, String) -> Void) {
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
        forEachField(key, value, body)
    }
}

private func forEachField(_ key: String, _ value: Logger.MetadataValue, _ body: (String, String) -> Void) {
    switch value {
    case _ where isSecret(key): body(key, "(masked)")
    case .string(let text): body(key, text)
    case .stringConvertible(let convertible): body(key, convertible.description)
    case .array(let values):
        for value in values { forEachField(key, value, body) }
    case .dictionary(let inner):
        for (innerKey, value) in inner.sorted(by: { $0.key < $1.key }) {
            forEachField("\(key).\(innerKey)", value, body)
        }
    }
}

private func isSecret(_ key: String) -> Bool {
    let name = key.split(separator: ".").last ?? ""
    return secretKeys.contains(String(name.lowercased().map { $0 == "_" ? "-" : $0 }))
}

extension LogEvent {
    /// The event's metadata and error over those of its logger.
    func merged(with loggerMetadata: Logger.Metadata) -> Logger.Metadata {
        var all = loggerMetadata
        if let metadata { all.merge(metadata) { _, own in own } }
        if let error, all["error"] == nil { all["error"] = .string(String(describing: error)) }
        return all
    }
}
