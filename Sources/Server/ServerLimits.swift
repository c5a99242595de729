// The bounds of what a client may take, all of them keys of [server] and [http2].

import Configuration
import HTTPWire
import Threads

/// Limits, and timeouts in nanoseconds: converted once so that no request has to.
package struct ServerLimits: Sendable {
    /// Bounds of a request's head.
    package var head: HTTPLimits
    /// The most bytes of a body, unless the handler says otherwise.
    package var bodyBytes: UInt64
    /// The most requests on one connection; the last is answered with `Connection: close`.
    package var requestsPerConnection: Int
    /// The most connections at one time; more wait in the backlog.
    package var connections: Int
    /// The most connections of one address; more are answered with 503.
    package var connectionsPerAddress: Int
    /// From accept to the end of the handshake.
    package var handshakeTimeout: UInt64
    /// From a request's first byte to the end of its head.
    package var headerTimeout: UInt64
    /// How long the bodies of requests may keep the server waiting.
    var body: TransferLimit
    /// How long the taking of responses may.
    var response: TransferLimit
    /// How long a connection may wait for its next request.
    package var idleTimeout: UInt64

    /// Bounds of an HTTP/2 connection.
    package var http2 = HTTP2Limits()
    /// Whether plain listeners take HTTP/2 from clients that know of it beforehand.
    package var takesPlainHTTP2 = false

    /// The limits that the sections `[server]` and `[http2]` say.
    package init(_ section: Section, http2: Section? = nil) {
        if let http2 {
            self.http2 = HTTP2Limits(http2)
            takesPlainHTTP2 = http2[HTTP2Keys.plain]
        }
        head = HTTPLimits(
            headerBytes: section[ServerKeys.headerBytes], fieldCount: section[ServerKeys.headerFields],
            requestLineBytes: section[ServerKeys.requestLineBytes])
        bodyBytes = section[ServerKeys.bodyBytes].map(UInt64.init) ?? .max
        requestsPerConnection = section[ServerKeys.requestsPerConnection] ?? .max
        connections = section[ServerKeys.connections] ?? .max
        connectionsPerAddress = section[ServerKeys.connectionsPerAddress] ?? .max
        handshakeTimeout = section[ServerKeys.handshakeTimeout].wholeNanoseconds
        headerTimeout = section[ServerKeys.headerTimeout].wholeNanoseconds
        body = TransferLimit(
            patience: section[ServerKeys.bodyTimeout].wholeNanoseconds, rate: section[ServerKeys.bodyRate])
        response = TransferLimit(
            patience: section[ServerKeys.writeTimeout].wholeNanoseconds, rate: section[ServerKeys.writeRate])
        idleTimeout = section[ServerKeys.idleTimeout].wholeNanoseconds
    }
}
