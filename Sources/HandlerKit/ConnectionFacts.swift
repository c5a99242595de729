// What is known of a connection: made once after the handshake, shared by its requests.

/// A connection as its requests see it.
public final class ConnectionFacts: Sendable {
    /// The client's end.
    public let remote: Endpoint
    /// The end that the client connected to: the server's, or that of the proxy in front of it.
    public let local: Endpoint
    /// The proxy that passed the connection on and told of the client (PROXY protocol); nil without one.
    public let proxy: Endpoint?
    /// What TLS agreed on; nil on a plain listener.
    public let tls: TLSDetails?
    /// The `listen` entry that accepted the connection, as the configuration says it.
    public let listener: String
    /// The worker that serves the connection, from 0.
    public let worker: Int

    /// Makes facts of their parts.
    public init(
        remote: Endpoint, local: Endpoint, proxy: Endpoint? = nil, tls: TLSDetails?, listener: String,
        worker: Int
    ) {
        self.remote = remote
        self.local = local
        self.proxy = proxy
        self.tls = tls
        self.listener = listener
        self.worker = worker
    }
}

/// One end of a connection.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// The address without brackets, or a unix socket's path (empty for an unnamed client).
    public let host: String
    /// The port; nil for a unix socket.
    public let port: UInt16?

    /// Makes an end of its parts.
    public init(host: String, port: UInt16?) {
        self.host = host
        self.port = port
    }

    /// `127.0.0.1:80`, `[::1]:80`, or `unix:/path`.
    public var description: String {
        guard let port else { return "unix:\(host)" }
        return host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// What a TLS handshake agreed on.
public struct TLSDetails: Sendable {
    /// `TLSv1.3` or `TLSv1.2`.
    public let version: String
    /// The cipher suite in OpenSSL's spelling.
    public let cipher: String
    /// The key exchange group, `X25519` for example; nil when none was used.
    public let group: String?
    /// The protocol that ALPN (RFC 7301) selected; nil when the client offered none.
    public let alpn: String?
    /// The server name (SNI, RFC 6066 §3) that the client asked for.
    public let serverName: String?
    /// Whether an earlier session was resumed.
    public let isResumed: Bool
    private let makeClientCertificate: (@Sendable () -> CertificateDetails)?
    private let makeHandshake: (@Sendable () -> TLSHandshake)?

    /// The client's certificate; nil when it gave none. Read from its encoding at each access.
    public var clientCertificate: CertificateDetails? { makeClientCertificate?() }

    /// All that was said, made anew at each access; nil unless a handler has ``Handler/wantsHandshake``.
    public var handshake: TLSHandshake? { makeHandshake?() }

    /// Makes details of their parts.
    ///
    /// - Parameters:
    ///   - clientCertificate: Makes the client's certificate when somebody asks; nil if there is none.
    ///   - handshake: Makes all that was said when somebody asks; nil if that is not kept.
    public init(
        version: String, cipher: String, group: String?, alpn: String?, serverName: String?, isResumed: Bool,
        clientCertificate: (@Sendable () -> CertificateDetails)?,
        handshake: (@Sendable () -> TLSHandshake)? = nil
    ) {
        self.version = version
        self.cipher = cipher
        self.group = group
        self.alpn = alpn
        self.serverName = serverName
        self.isResumed = isResumed
        makeClientCertificate = clientCertificate
        makeHandshake = handshake
    }
}
