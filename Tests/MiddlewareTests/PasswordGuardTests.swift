import Configuration
import HTTPTypes
import HandlerKit
import HandlerTesting
import SystemPackage
import Testing

@testable import Middleware

/// By `htpasswd -bnB -C 4`: alice has `wonder`, bob `builder`.
private let passwords = """
    # Users of the test
    alice:$2y$04$D0VcNwEdDVIsh3bsSNKiTezajAxmUCWk5kKd0fAIjFxhab/IyZzXK
    bob:$2y$04$MQyasH7YTPHR96KbuHiKqu/LVVEf1onnTC1cLGxxlxOgTjQg.Nv46:a comment

    """

@Suite("auth")
struct PasswordGuardTests {
    private let folder: TemporaryFolder
    private let clock = TestClock()

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(passwords, to: "users")
    }

    private func handler(
        _ text: String = "", around inner: any Handler = Naming()
    ) throws(ConfigurationFailure) -> any Handler {
        let section = try section("auth = users\n" + text, folder: folder)
        return try PasswordGuard.around(
            inner, section, file: folder["users"], .forTesting(clock: clock))
    }

    private func ask(
        _ handler: any Handler, _ credentials: String?, from host: String = "192.0.2.1"
    ) async throws -> TestResponse {
        let fields: HTTPFields = credentials.map { [.authorization: "Basic \(base64($0))"] } ?? [:]
        return try await respond(handler, to: .make(fields: fields, connection: .from(host)))
    }

    @Test("RFC 9110 §11.6.1: without credentials it is a 401 with a challenge")
    func challenge() async throws {
        let handler = try handler("auth.realm = The \"old\" \\ barn")
        for fields: HTTPFields in [[:], [.authorization: "Bearer x"], [.authorization: "Basic ???"]] {
            let response = try await respond(handler, to: .make(fields: fields))
            #expect(response.status == .unauthorized)
            #expect(
                response.fields[.wwwAuthenticate]
                    == "Basic realm=\"The \\\"old\\\" \\\\ barn\", charset=\"UTF-8\"")
        }
    }

    @Test("Who knows a password is let in under the name, again at once", arguments: [true, false])
    func right(answersAtOnce: Bool) async throws {
        let handler = try handler(around: Naming(answersAtOnce: answersAtOnce))
        let credentials: HTTPFields = [.authorization: "Basic \(base64("alice:wonder"))"]
        #expect(try handler.answerAtOnce(to: .make(fields: credentials)) == nil)
        for _ in 1...3 { #expect(try await ask(handler, "alice:wonder").text == "alice") }
        let again = try handler.answerAtOnce(to: .make(fields: credentials))
        #expect((again != nil) == answersAtOnce)
        #expect(try await ask(handler, "bob:builder").text == "bob")
    }

    @Test(
        "A wrong password, another's, or none, and a name that isn't there are all a 401",
        arguments: [
            "alice:wonde", "alice:wonder ", "alice:", "alice:builder", "carol:wonder", ":", "Alice:wonder",
        ])
    func wrong(credentials: String) async throws {
        let handler = try handler()
        #expect(try await ask(handler, "alice:wonder").status == .ok)
        let response = try await ask(handler, credentials)
        #expect(response.status == .unauthorized)
        #expect(response.fields[.wwwAuthenticate] != nil)
    }

    @Test("RFC 6585 §4: too many wrong passwords of a client are a 429 until its minute is over")
    func limit() async throws {
        let handler = try handler("auth.failures = 3")
        #expect(try await ask(handler, "bob:builder").status == .ok)
        for number in 1...3 {
            #expect(try await ask(handler, "alice:\(number)").status == .unauthorized)
        }
        clock.advance(by: 10)
        let refused = try await ask(handler, "alice:wonder")
        #expect(refused.status == .tooManyRequests)
        #expect(refused.fields[.retryAfter] == "50")
        // Who was let in before still is, and so are others.
        #expect(try await ask(handler, "bob:builder").status == .ok)
        #expect(try await ask(handler, "alice:wonder", from: "192.0.2.2").status == .ok)
        #expect(try await ask(handler, nil).status == .unauthorized)
        clock.advance(by: 50)
        #expect(try await ask(handler, "alice:4").status == .unauthorized)
        #expect(try await ask(handler, "alice:wonder").status == .ok)
    }

    @Test("Many requests with the same new password at once count as one attempt, and all get in")
    func together() async throws {
        let handler = try handler("auth.failures = 1")
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 1...20 {
                group.addTask { try await self.ask(handler, "alice:wonder").status.code }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 20))
    }

    @Test(
        "A mistake in the file is told with its line",
        arguments: [
            ("alice", ":1:1: error: this is not user:hash"), (":x", ":1:1: error: this is not user:hash"),
            ("#\nalice:secret", ":2:1: error: this is no hash"),
            ("alice:$apr1$x$y", ":1:1: error: a hash by MD5 is weak"),
            (passwords + passwords, ":5:1: error: the user 'alice' is in the file already"),
            ("# nobody\n", "the password file '"), ("#\u{301} a: comment\n", "the password file '"),
            ("x:\u{301}y", ":1:1: error: this is no hash"),
            ("x\u{1B}" + passwords.drop { $0 != ":" }, ":1:1: error: this is not user:hash"),
        ])
    func mistakes(text: String, message: String) throws {
        try folder.write(text, to: "users")
        let failure = #expect(throws: ConfigurationFailure.self) { try handler() }
        #expect(failure?.description.contains(message) == true, "\(failure.debugDescription)")
        #expect(failure?.description.contains("secret") == false)
    }

    @Test("A file that isn't there is told where the section names it")
    func missing() throws {
        try folder.delete("users")
        let failure = #expect(throws: ConfigurationFailure.self) { try handler() }
        #expect(failure?.description.contains("cannot be read") == true)
    }
}

/// Answers with the name of the user, at once or not.
private struct Naming: Handler {
    var answersAtOnce = false

    func answerAtOnce(to request: Request) -> Response? { answersAtOnce ? answer(request) : nil }
    func respond(to request: Request) async -> Response { answer(request) }

    private func answer(_ request: Request) -> Response { .text(request.user ?? "nobody") }
}

private func base64(_ text: String) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bits = text.utf8.flatMap { byte in (0..<8).reversed().map { byte >> $0 & 1 } }
    return stride(from: 0, to: bits.count, by: 6).reduce(into: "") { result, start in
        let group =
            bits[start..<min(start + 6, bits.count)]
            + Array(repeating: 0, count: max(0, start + 6 - bits.count))
        result.append(digits[group.reduce(0) { $0 << 1 | Int($1) }])
    }
}
