// Who may come, by password: the key `auth`, the scheme Basic of RFC 7617.

import Configuration
import HTTPCore
import HTTPTypes
import HandlerKit
import SystemPackage

/// A handler for those who know a password; others get a 401.
package struct PasswordGuard: WrappingHandler {
    let inner: any Handler
    private let check: CredentialCheck
    private let challenge: ResponseFields

    /// A handler behind a file of passwords.
    ///
    /// - Parameters:
    ///   - file: What `auth` of the section stands for.
    ///   - context: The handler's own.
    /// - Throws: Every mistake in the file, or why it can't be read.
    package static func around(
        _ handler: any Handler, _ section: Section, file: FilePath, _ context: ModuleContext
    ) throws(ConfigurationFailure) -> any Handler {
        let passwords = try PasswordFile(file, namedAt: section.location(of: HandlerKeys.auth))
        let check = CredentialCheck(passwords, limit: section[HandlerKeys.authFailures], context: context)
        return PasswordGuard(
            inner: handler, check: check, challenge: challenge(realm: section[HandlerKeys.authRealm]))
    }

    /// RFC 7617 §2.1: clients shall encode names and passwords as UTF-8.
    private static func challenge(realm: String) -> ResponseFields {
        let quoted = realm.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return [.wwwAuthenticate: "Basic realm=\"\(quoted)\", charset=\"UTF-8\""]
    }

    package func answerAtOnce(to request: Request) throws -> Response? {
        let credentials = try credentials(of: request)
        guard check.remembers(credentials) else { return nil }
        request.user = credentials.user
        return try inner.answerAtOnce(to: request)
    }

    package func respond(to request: Request) async throws -> Response {
        // It was remembered, and the handler inside needs to wait.
        guard request.user == nil else { return try await inner.respond(to: request) }
        let credentials = try credentials(of: request)
        switch await check.check(credentials, from: request.connection.remote) {
        case .right:
            request.user = credentials.user
            return try await inner.answer(to: request)
        case .wrong: throw refusal
        case .refused(let seconds):
            throw HandlerFailure(
                .tooManyRequests, "Too many wrong passwords came from your address.",
                fields: [.retryAfter: "\(seconds)"])
        }
    }

    private func credentials(of request: Request) throws(HandlerFailure) -> BasicCredentials {
        guard let value = request.fields[.authorization],
            let credentials = BasicCredentials(authorization: value)
        else { throw refusal }
        return credentials
    }

    private var refusal: HandlerFailure { HandlerFailure(.unauthorized, fields: challenge) }
}
