// How a client reaches the server: the same test body runs over each.

import Testing

enum Transport: String, CaseIterable, CustomTestStringConvertible {
    case plain
    case tls
    case http2

    /// Those over which a test writes octets of HTTP/1.1 that HTTP/2 can't say, or says otherwise.
    static let http1: [Transport] = [.plain, .tls]
    /// Those that are encrypted.
    static let secure: [Transport] = [.tls, .http2]

    var testDescription: String { rawValue }
    var scheme: String { self == .plain ? "http" : "https" }
}
