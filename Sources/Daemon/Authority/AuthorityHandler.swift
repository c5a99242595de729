// Serves the local authority's certificate, so that a phone or a container can fetch what it has to trust.

import HTTPTypes
import HandlerKit
import TLS

/// Answers `/.well-known/portico/ca.pem`. It holds the certificate's bytes and can give away nothing else.
struct AuthorityHandler: Handler {
    /// Where it is (RFC 8615).
    static let path = "/.well-known/portico/ca.pem"

    private let certificate: [UInt8]
    private let isForLoopbackOnly: Bool

    init(_ certificate: AuthorityCertificate, isForLoopbackOnly: Bool) throws(TLSFailure) {
        self.certificate = try certificate.pem()
        self.isForLoopbackOnly = isForLoopbackOnly
    }

    func answerAtOnce(to request: Request) throws -> Response? {
        guard request.subpath == "/", !isForLoopbackOnly || request.connection.local.isLoopback else {
            throw HandlerFailure(.notFound)
        }
        // The type by which Firefox and phones offer to import it.
        return Response(
            .ok, fields: [.contentType: "application/x-x509-ca-cert", .cacheControl: "no-cache"],
            body: .bytes(certificate))
    }

    func respond(to request: Request) async throws -> Response {
        guard let response = try answerAtOnce(to: request) else { throw HandlerFailure(.notFound) }
        return response
    }
}

extension Endpoint {
    /// Whether only this machine reaches it.
    fileprivate var isLoopback: Bool { port == nil || host == "::1" || host.hasPrefix("127.") }
}
