// How a client reaches the server: the same test body runs over each.

import Testing

enum Transport: String, CaseIterable, CustomTestStringConvertible {
    case plain
    case tls

    var testDescription: String { rawValue }
    var scheme: String { self == .tls ? "https" : "http" }
}
