// Connections without a socket.

import HandlerKit

extension ConnectionFacts {
    /// A connection from 127.0.0.1:50000 to 127.0.0.1:8443 over TLS 1.3.
    ///
    /// - Parameter tls: What TLS agreed on; nil for a plain connection.
    public static func forTesting(
        remote: Endpoint = Endpoint(host: "127.0.0.1", port: 50_000),
        local: Endpoint = Endpoint(host: "127.0.0.1", port: 8_443), proxy: Endpoint? = nil,
        tls: TLSDetails? = .forTesting(), listener: String = "127.0.0.1:8443", worker: Int = 0
    ) -> ConnectionFacts {
        ConnectionFacts(
            remote: remote, local: local, proxy: proxy, tls: tls, listener: listener, worker: worker)
    }
}

extension TLSDetails {
    /// A TLS 1.3 handshake for `localhost`.
    public static func forTesting(
        version: String = "TLSv1.3", cipher: String = "TLS_AES_128_GCM_SHA256", group: String? = "X25519",
        alpn: String? = "http/1.1", serverName: String? = "localhost", isResumed: Bool = false,
        clientCertificate: CertificateDetails? = nil, handshake: TLSHandshake? = nil
    ) -> TLSDetails {
        var makeCertificate: (@Sendable () -> CertificateDetails)?
        if let clientCertificate { makeCertificate = { clientCertificate } }
        var makeHandshake: (@Sendable () -> TLSHandshake)?
        if let handshake { makeHandshake = { handshake } }
        return TLSDetails(
            version: version, cipher: cipher, group: group, alpn: alpn, serverName: serverName,
            isResumed: isResumed, clientCertificate: makeCertificate, handshake: makeHandshake)
    }
}
