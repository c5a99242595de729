// The table of [server]: the only place that knows these keys' names, types and defaults.

import Configuration
import HTTPCore
import SystemPackage

/// The keys of the `[server]` section.
package enum ServerKeys {
    package static let listen = Key<[ListenAddress]>(
        "listen", .list(.listenAddress), default: "127.0.0.1:8443 [::1]:8443",
        "Where TLS is served: host:port, [address]:port, *:port, unix:/path, unix:@name, or systemd:NAME.")
    package static let listenPlain = Key<[ListenAddress]>(
        "listen_plain", .list(.listenAddress), default: "",
        "Where HTTP is served without TLS, in the same forms as listen.")
    package static let workers = Key<Int?>(
        "workers", .either("auto", or: .integer(in: 1...1024)), default: "auto", needsRestart: true,
        "Threads that serve connections; auto: as many as the cores that the process may use.")
    package static let blockingThreads = Key<Int>(
        "blocking_threads", .integer, default: "8", bounds: 1...256, needsRestart: true,
        "The most threads for calls that block, such as reading what isn't in the page cache.")
    package static let stateDirectory = Key<FilePath?>(
        "state_directory", .either("auto", or: .path), default: "auto",
        "Where certificate = auto keeps its files; auto: $STATE_DIRECTORY, a checkout's certs-dev, or "
            + "$XDG_DATA_HOME/portico.")
    package static let accessLog = Key<AccessLogPlace>(
        "access_log", .accessLogPlace, default: "journal",
        "Where each request is logged, whatever log_level says: journal (with all else), stderr, none, or a file's path."
    )
    package static let accessLogFormat = Key<AccessLogFormat>(
        "access_log.format", .choice(), default: "combined",
        "The form of the access log in a file or on stderr; in the journal it is fields.")
    package static let logLevel = Key<LogLevel>(
        "log_level", .choice(), default: "info",
        "The least level of what is logged; requests are apart, see access_log.")
    package static let serverField = Key<ServerField>(
        "server_field", .choice(), default: "full",
        "The Server field of responses: full is server_name/server_version, name is server_name alone.")
    package static let serverName = Key<String>(
        "server_name", .token, default: "Portico", "The name in the Server field.")
    package static let serverVersion = Key<String?>(
        "server_version", .either("auto", or: .token), default: "auto",
        "The version in the Server field; auto: this program's.")
    package static let errorPage = Key<FilePath>.optional(
        "error_page.format", .path,
        "A Mustache file for errors in HTML, with code, message, explanation, request_id; else the built-in page."
    )

    package static let headerBytes = Key<Int>(
        "header_bytes", .byteCount, default: "64K", bounds: 1024...1 << 20,
        "The most bytes of a request's fields; more is answered with 431.")
    package static let headerFields = Key<Int>(
        "header_fields", .integer, default: "100", bounds: 1...10_000,
        "The most fields of a request; more is answered with 431.")
    package static let requestLineBytes = Key<Int>(
        "request_line_bytes", .byteCount, default: "8K", bounds: 64...1 << 20,
        "The most bytes of a request line; more is answered with 414.")
    package static let bodyBytes = Key<Int?>(
        "body_bytes", .either("infinity", or: .byteCount), default: "16M",
        "The most bytes of a request's body; more is answered with 413.")
    package static let requestsPerConnection = Key<Int?>(
        "requests_per_connection", .either("infinity", or: .integer.bounded(by: 1...)), default: "infinity",
        "The most requests of one connection, which is closed after the last.")
    package static let connections = Key<Int?>(
        "connections", .either("infinity", or: .integer.bounded(by: 1...)), default: "10000",
        "The most connections at one time; more wait in the backlog.")
    package static let connectionsPerAddress = Key<Int?>(
        "connections_per_address", .either("infinity", or: .integer.bounded(by: 1...)), default: "infinity",
        "The most connections of one client address; more are answered with 503.")

    package static let handshakeTimeout = timeout(
        "handshake_timeout", "10s", "How long a TLS handshake may take from accept to its end.")
    package static let headerTimeout = timeout(
        "header_timeout", "10s", "How long a request's head may take from its first byte; then 408.")
    package static let bodyTimeout = timeout(
        "body_timeout", "10s", "How long a body may keep the server waiting; then 408.")
    package static let bodyRate = Key<Int>(
        "body_rate", .rate, default: "500", bounds: 1...1 << 30,
        "Bytes of a body that give it back a second of body_timeout.")
    package static let writeTimeout = timeout(
        "write_timeout", "30s",
        "How long a client may keep the server waiting to take more of a response; then it is cut off.")
    package static let writeRate = Key<Int>(
        "write_rate", .rate, default: "1K", bounds: 1...1 << 30,
        "Bytes of a response that give the client back a second of write_timeout.")
    package static let idleTimeout = timeout(
        "idle_timeout", "60s", "How long a connection may wait for its next request.")
    package static let drainTimeout = timeout(
        "drain_timeout", "30s", "How long a stop waits for requests that still run.")

    private static func timeout(_ name: String, _ text: String, _ summary: String) -> Key<Duration> {
        Key(name, .duration, default: text, bounds: .milliseconds(10)...(.seconds(86_400)), summary)
    }

    /// The section with all its keys.
    package static let schema = SectionSchema(
        "server", "Listeners, workers, logs, limits and timeouts.",
        keys: [
            AnyKey(listen), AnyKey(listenPlain), AnyKey(workers), AnyKey(blockingThreads),
            AnyKey(stateDirectory),
            AnyKey(accessLog), AnyKey(accessLogFormat), AnyKey(logLevel), AnyKey(serverField),
            AnyKey(serverName),
            AnyKey(serverVersion), AnyKey(errorPage), AnyKey(headerBytes),
            AnyKey(headerFields),
            AnyKey(requestLineBytes), AnyKey(bodyBytes), AnyKey(requestsPerConnection), AnyKey(connections),
            AnyKey(connectionsPerAddress), AnyKey(handshakeTimeout), AnyKey(headerTimeout),
            AnyKey(bodyTimeout),
            AnyKey(bodyRate), AnyKey(writeTimeout), AnyKey(writeRate), AnyKey(idleTimeout),
            AnyKey(drainTimeout),
        ])
}

/// Where requests are logged.
package enum AccessLogPlace: Sendable, Hashable {
    /// With all else that is logged: the journal, or lines on standard error.
    case journal
    /// Standard error, in a form of its own.
    case standardError
    case file(FilePath)
    case none
}

extension ValueType where Value == AccessLogPlace {
    /// `journal` or `yes`, `stderr`, `none` or `no`, or a path, which has a slash.
    fileprivate static var accessLogPlace: ValueType {
        ValueType(name: "journal, stderr, none or path") { (text, context) throws(ValueProblem) in
            switch text.lowercased() {
            case "journal": return .journal
            case "none": return .none
            case "stderr": return .standardError
            default:
                if let isLogged = Bool(yesOrNo: text) { return isLogged ? .journal : .none }
                guard text.contains("/") else {
                    throw ValueProblem("'\(text)' is neither journal, stderr, none nor a path with a slash")
                }
                return .file(context.folder.pushing(FilePath(text)))
            }
        }
    }
}

/// The forms of an access log that other programs read.
package enum AccessLogFormat: String, CaseIterable, Sendable {
    case common, combined, json
}

/// What responses say in their Server field.
package enum ServerField: String, CaseIterable, Sendable {
    case full, name, none
}

extension ValueType where Value == String {
    /// A product's name or version (RFC 9110 §5.6.2, §10.1.5).
    fileprivate static var token: ValueType {
        ValueType(name: "token", format: { $0 }) { (text, _) throws(ValueProblem) in
            guard FieldSyntax.isToken(text) else {
                throw ValueProblem("'\(text)' is no token of letters, digits and !#$%&'*+-.^_`|~")
            }
            return text
        }
    }
}

/// The levels that `log_level` takes, swift-log's.
package enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error, critical
}
