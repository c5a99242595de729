// The endpoint digest-auth: a challenge (RFC 7616), and whether the answer to it knows the user and the password.

import Digests
import HTTPCore
import HTTPTypes
import HandlerKit

extension EndpointCall {
    /// Whether the client knows the user and the password in `QOP/USER/PASS`, and `/ALGORITHM`.
    ///
    /// It gets a cookie either way, as httpbin has it; a fifth argument, how often a nonce is good there, means
    /// nothing.
    func digestAuthentication() async throws -> Response {
        guard (3...5).contains(arguments.count) else { throw HandlerFailure(.notFound) }
        let challenge = DigestChallenge(quality: arguments[0], algorithm: arguments.dropFirst(3).first)
        let (user, now) = (String(arguments[1]), context.now().seconds)
        let answer = request.fields[.authorization].flatMap(DigestCredentials.init(authorization:))
        let isKnown = try await isAnswer(answer, to: challenge, user, password: String(arguments[2]))
        var response: Response
        if isKnown, let nonce = answer?["nonce"], DigestChallenge.isFresh(nonce, at: now) {
            response = .json(.object(["authenticated": true, "user": .string(user)]))
        } else {
            let field = challenge.field(at: now, isStale: isKnown)
            response = Response(.unauthorized, fields: [.wwwAuthenticate: field])
        }
        let cookie = Cookie(name: "fake", value: "fake_value")
        response.fields[.setCookie] = cookie.field(isSecure: request.scheme == "https")
        return response
    }

    /// Whether the one who answers knows the password, whatever the nonce is worth.
    private func isAnswer(
        _ answer: DigestCredentials?, to challenge: DigestChallenge, _ user: String, password: String
    ) async throws -> Bool {
        guard let answer, answer["username"].map({ Array($0.utf8) }) == Array(user.utf8),
            let quality = answer["qop"], challenge.qualities.contains(quality),
            answer["algorithm"]?.uppercased() ?? "MD5" == challenge.algorithm.rawValue,
            answer["realm"] == DigestChallenge.realm
        else { return false }
        // RFC 7616 §3.4.6.
        guard answer["uri"] == request.target.raw else {
            throw HandlerFailure(.badRequest, "The credentials are for another address.")
        }
        let body = quality == "auth-int" ? try await request.body.collect(upTo: formBytes) : []
        let expected = try answer.response(password, request.method, body, by: challenge.algorithm)
        return answer["response"]?.lowercased() == expected
    }
}

/// What a client has to answer.
private struct DigestChallenge {
    let qualities: [String]
    let algorithm: DigestAlgorithm

    static let realm = "Fake Realm"
    /// How long a nonce is good, in seconds.
    private static let lifetime: Int64 = 300
    private static let key = AuthenticationKey()

    /// `auth`, `auth-int`, or anything else for both; MD5 if the algorithm is none that is known.
    init(quality: Substring, algorithm: Substring?) {
        let both = ["auth", "auth-int"]
        qualities = both.contains(String(quality)) ? [String(quality)] : both
        self.algorithm = algorithm.flatMap { DigestAlgorithm(rawValue: $0.uppercased()) } ?? .md5
    }

    /// The value of WWW-Authenticate.
    ///
    /// - Parameter isStale: Whether nothing but the nonce was wrong.
    func field(at seconds: Int64, isStale: Bool) -> String {
        let parameters = [
            "realm=\"\(Self.realm)\"", "nonce=\"\(Self.nonce(at: seconds))\"",
            "qop=\"\(qualities.joined(separator: ", "))\"", "algorithm=\(algorithm.rawValue)",
            "stale=\(isStale)",
        ]
        return "Digest " + parameters.joined(separator: ", ")
    }

    /// The time, and what only this process can say of it: nothing is kept of a challenge.
    private static func nonce(at seconds: Int64) -> String {
        let time = String(seconds, radix: 16)
        return "\(time)-\(key.hexadecimalCode(of: Array(time.utf8)))"
    }

    static func isFresh(_ nonce: String, at seconds: Int64) -> Bool {
        guard let time = Int64(nonce.prefix { $0 != "-" }, radix: 16), nonce == Self.nonce(at: time) else {
            return false
        }
        return (0...lifetime).contains(seconds - time)
    }
}

extension DigestCredentials {
    /// The response of one who knows the password (RFC 7616 §3.4.1), in lower case.
    ///
    /// - Throws: 501 where OpenSSL has no such algorithm.
    func response(
        _ password: String, _ method: HTTPRequest.Method, _ body: [UInt8], by algorithm: DigestAlgorithm
    ) throws(HandlerFailure) -> String {
        let bodyDigest = self["qop"] == "auth-int" ? [try algorithm.digest(body)] : []
        let request = [method.rawValue, self["uri"] ?? ""] + bodyDigest
        let secret = [self["username"] ?? "", self["realm"] ?? "", password]
        let said = ["nonce", "nc", "cnonce", "qop"].map { self[$0] ?? "" }
        return try algorithm.digest([try algorithm.digest(secret)] + said + [try algorithm.digest(request)])
    }
}

extension DigestAlgorithm {
    /// The digest of what stands between colons.
    fileprivate func digest(_ parts: [String]) throws(HandlerFailure) -> String {
        try digest(Array(parts.joined(separator: ":").utf8))
    }

    fileprivate func digest(_ bytes: [UInt8]) throws(HandlerFailure) -> String {
        guard let digest = hexadecimal(of: bytes) else {
            throw HandlerFailure(.notImplemented, "This server's OpenSSL makes no \(rawValue).")
        }
        return digest
    }
}
