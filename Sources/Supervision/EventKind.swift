// EventKind: the kinds of event that administrators look for, each with a fixed MESSAGE_ID.
// An identifier never changes, and has an entry in systemd/portico.catalog.

/// A kind of event with an entry in the journal's catalog (`journalctl --catalog`).
///
/// A log entry says which it is with the metadata key `event` and the name as its value, so that a layer
/// which does not know this target can say so too: `"event": "request-failed"`.
package enum EventKind: String, Sendable, CaseIterable {
    case starting
    case ready
    case reloadSucceeded = "reload-succeeded"
    case reloadRefused = "reload-refused"
    case stopping
    case listenerAdded = "listener-added"
    case listenerRemoved = "listener-removed"
    case authorityMade = "authority-made"
    case certificateNearExpiry = "certificate-near-expiry"
    case handshakeFailed = "handshake-failed"
    case requestFailed = "request-failed"
    case logDropped = "log-dropped"
    case selfCheckFailed = "self-check-failed"
    case connectionLimit = "connection-limit"
    case descriptorsExhausted = "descriptors-exhausted"
    /// A request was answered: an access record.
    case access

    /// The key of the metadata that names the kind.
    package static let metadataKey = "event"

    /// The 128-bit identifier of the kind, 32 hexadecimal digits.
    package var messageID: String {
        switch self {
        case .starting: "ac013059662a48f9a6803a7844ee6bfb"
        case .ready: "9cb710eb936d45648af77d60b2fe64e4"
        case .reloadSucceeded: "3c843df1bceb4887b9788590fe33583e"
        case .reloadRefused: "0f5366bce31d423ebc77bbc0b9a5995d"
        case .stopping: "7a07ff6045e24015a18bea42662de332"
        case .listenerAdded: "96af89e14fdd47dea6b52821c467573a"
        case .listenerRemoved: "773096267d8745dfb303863e9c6765be"
        case .authorityMade: "4eeaf5f3754d44b4b7ad4bd9845b26e9"
        case .certificateNearExpiry: "5563d144ebec4a3d95406501ff98f674"
        case .handshakeFailed: "39d156c8cdcf4472bf47d70938e2977b"
        case .requestFailed: "569b0f29b3964bae8dabd673eb4f7083"
        case .logDropped: "dfdff7e3b76044d9af633cf5c3f5d6a4"
        case .selfCheckFailed: "0f8bc304a10f4e1dab9c6301adabda2f"
        case .connectionLimit: "29e9423615744995afcc24b51abecc61"
        case .descriptorsExhausted: "0e3e302288994729b30ba0f28997cdbe"
        case .access: "df0e9ce92c9f4aa6b3b433eba2767e47"
        }
    }
}
