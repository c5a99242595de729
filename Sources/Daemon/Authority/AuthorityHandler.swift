// Serves what the local authority publishes, so that a phone or a container can fetch what it has to trust.

import HTTPTypes
import HandlerKit
import TLS

/// Answers the paths of the authority's certificate and revocation list. It holds their bytes and can give away nothing
/// else.
struct AuthorityHandler: Handler {
    /// Where the certificate is (RFC 8615).
    static let certificatePath = "/.well-known/portico/ca.pem"
    /// Where the revocation list is, if there is one.
    static let revocationListPath = "/.well-known/portico/crl.pem"

    private let bytes: [UInt8]
    private let type: String
    private let isForLoopbackOnly: Bool

    init(_ certificate: AuthorityCertificate, isForLoopbackOnly: Bool) throws(TLSFailure) {
        // The type by which Firefox and phones offer to import it.
        self.init(
            try certificate.pem(), type: "application/x-x509-ca-cert", isForLoopbackOnly: isForLoopbackOnly)
    }

    /// - Parameter list: in PEM.
    init(revocationList list: [UInt8], isForLoopbackOnly: Bool) {
        self.init(list, type: "application/x-pem-file", isForLoopbackOnly: isForLoopbackOnly)
    }

    private init(_ bytes: [UInt8], type: String, isForLoopbackOnly: Bool) {
        self.bytes = bytes
        self.type = type
        self.isForLoopbackOnly = isForLoopbackOnly
    }

    func answerAtOnce(to request: Request) throws -> Response? {
        guard request.subpath == "/", !isForLoopbackOnly || request.connection.local.isLoopback else {
            throw HandlerFailure(.notFound)
        }
        return Response(
            .ok, fields: [.contentType: type, .cacheControl: "no-cache"], body: .bytes(bytes))
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
