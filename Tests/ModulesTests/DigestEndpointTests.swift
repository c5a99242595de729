import Digests
import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting
import Testing

@testable import Modules

/// The answer of an echo at `/e`.
private func ask(
    _ target: String, fields: HTTPFields = [:], body: String = "", clock: TestClock = TestClock()
) async throws -> TestResponse {
    let handler = try make(handler: .echo, context: .forTesting(mount: "/e", clock: clock))
    return try await respond(
        handler, to: .make(.get, "/e/\(target)", fields: fields, body: body, mount: "/e"))
}

@Suite("echo's endpoint digest-auth")
struct DigestEndpointTests {
    @Test(
        "RFC 7616 §3.9.1: the responses of the standard's example",
        arguments: [
            (DigestAlgorithm.md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (.sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ])
    func digestExample(algorithm: DigestAlgorithm, expected: String) throws {
        let field = """
            Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", nc=00000001, qop=auth, \
            nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm=\(algorithm.rawValue), \
            cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
            """
        let credentials = try #require(DigestCredentials(authorization: field))
        #expect(try credentials.response("Circle of Life", .get, [], by: algorithm) == expected)
    }

    /// Asks, and answers the challenge as one who knows these words and means this content.
    private func answerDigest(
        _ path: String, _ quality: String, user: String = "u", password: String = "p", uri: String? = nil,
        content: String = "content", patience: Int64 = 0
    ) async throws -> TestResponse {
        let clock = TestClock()
        let challenge = try #require(try await ask(path, clock: clock).fields[.wwwAuthenticate])
        clock.advance(by: patience)
        let asked = try #require(DigestCredentials(authorization: challenge))
        let algorithm = try #require(asked["algorithm"].flatMap(DigestAlgorithm.init(rawValue:)))
        let answer = """
            Digest username="\(user)", realm="\(asked["realm"] ?? "")", uri="\(uri ?? "/e/\(path)")", nc=00000001, \
            nonce="\(asked["nonce"] ?? "")", algorithm=\(algorithm.rawValue), qop=\(quality), cnonce="c"
            """
        let credentials = try #require(DigestCredentials(authorization: answer))
        let response = try credentials.response(password, .get, Array(content.utf8), by: algorithm)
        return try await ask(
            path, fields: [.authorization: "\(answer), response=\"\(response)\""],
            body: "content", clock: clock)
    }

    @Test(
        "RFC 7616: digest-auth wants an answer to its challenge, by the quality and the algorithm of the path",
        arguments: ["auth/u/p", "auth-int/u/p/SHA-256", "any/u/p/SHA-512/never", "auth/u/p/odd"])
    func digest(path: String) async throws {
        let quality = path.hasPrefix("auth/") ? "auth" : "auth-int"
        let known = try await answerDigest("digest-auth/\(path)", quality)
        #expect(known.status == .ok)
        #expect(try JSONValue(parsing: known.body) == .object(["authenticated": true, "user": "u"]))
        for response in [known, try await ask("digest-auth/\(path)")] {
            #expect(response.fields[.setCookie] == "fake=fake_value; Secure; Path=/")
        }
    }

    @Test("RFC 7616 §3.3: a wrong password, user, quality or content is a 401; an old nonce is stale")
    func digestRefused() async throws {
        let path = "digest-auth/auth/u/p"
        let refused = [
            try await answerDigest(path, "auth", password: "x"),
            try await answerDigest(path, "auth", user: "x"),
            try await answerDigest(path, "auth-int"),
            try await answerDigest("digest-auth/auth-int/u/p", "auth-int", content: "other"),
            try await ask(path, fields: [.authorization: "Digest username=u, username=u"]),
            try await ask(path, fields: [.authorization: "Basic dTpw"]),
        ]
        for response in refused {
            #expect(response.status == .unauthorized)
            #expect(response.fields[.wwwAuthenticate]?.hasSuffix("stale=false") == true)
        }
        #expect(try await answerDigest(path, "auth", patience: 300).status == .ok)
        let stale = try await answerDigest(path, "auth", patience: 301)
        #expect(stale.status == .unauthorized)
        #expect(stale.fields[.wwwAuthenticate]?.hasSuffix("stale=true") == true)
        #expect(try await ask("digest-auth/auth/u").status == .notFound)
    }

    @Test("RFC 7616 §3.4.6: an answer for another address is a 400")
    func digestElsewhere() async throws {
        #expect(try await answerDigest("digest-auth/auth/u/p", "auth", uri: "/e/get").status == .badRequest)
    }
}
