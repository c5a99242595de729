// The download of the authority's certificate: what goes out, and to whom.

import HTTPTypes
import HandlerKit
import HandlerTesting
import TLS
import Testing

@testable import Daemon

@Suite("Download of the authority")
struct AuthorityHandlerTests {
    private let folder: TemporaryFolder
    private let authority: CertificateAuthority

    init() throws {
        folder = try TemporaryFolder()
        authority = try CertificateAuthority(directory: folder["state"])
    }

    private func answer(
        local: String = "127.0.0.1", port: UInt16? = 8443, forLoopbackOnly: Bool = true, path: String = ""
    ) throws -> Response? {
        let handler = try AuthorityHandler(authority.certificate, isForLoopbackOnly: forLoopbackOnly)
        return try handler.answerAtOnce(
            to: Request.make(
                .get, AuthorityHandler.certificatePath + path, mount: AuthorityHandler.certificatePath,
                connection: .forTesting(local: Endpoint(host: local, port: port))))
    }

    @Test("It is the certificate, byte by byte, and nothing else of the folder")
    func content() throws {
        let response = try #require(try answer())
        guard case .bytes(let bytes) = response.body else {
            Issue.record("no bytes")
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self) == (try readText(folder["state/ca.pem"])))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("KEY"))
    }

    @Test("The revocation list is served by the same rules")
    func revocations() throws {
        let list = try authority.revocationList()
        let handler = AuthorityHandler(revocationList: list, isForLoopbackOnly: true)
        func answer(_ local: String) throws -> Response? {
            try handler.answerAtOnce(
                to: Request.make(
                    .get, AuthorityHandler.revocationListPath, mount: AuthorityHandler.revocationListPath,
                    connection: .forTesting(local: Endpoint(host: local, port: 8443))))
        }
        guard case .bytes(list)? = try answer("127.0.0.1")?.body else {
            Issue.record("not the list")
            return
        }
        #expect(throws: HandlerFailure.self) { try answer("192.168.1.7") }
    }

    @Test(
        "It goes out on listeners that only this machine reaches",
        arguments: [("127.0.0.1", 8443), ("127.3.2.1", 8443), ("::1", 8443), ("/run/a.sock", nil)]
            as [(String, UInt16?)])
    func loopback(host: String, port: UInt16?) throws {
        #expect(try answer(local: host, port: port)?.status == .ok)
    }

    @Test(
        "and on others only if the configuration says so", arguments: ["*", "0.0.0.0", "192.168.1.7", "::"])
    func others(host: String) throws {
        #expect(throws: HandlerFailure.self) { try answer(local: host) }
        #expect(try answer(local: host, forLoopbackOnly: false)?.status == .ok)
    }

    @Test("Nothing is below it")
    func below() {
        #expect(throws: HandlerFailure.self) { try answer(path: "/ca.key") }
    }
}
