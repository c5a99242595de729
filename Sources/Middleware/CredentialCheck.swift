// Whether credentials are right. Hashing takes 50 ms of a thread that may block, so it is done once for those that
// come again: what is remembered of them is a digest under a key of this object, never the password.

import HTTPCore
import HandlerKit
import Logging
import Passwords
import Sockets
import Synchronization
import Threads

/// The checking of credentials against a file of passwords, for all workers.
final class CredentialCheck: Sendable {
    enum Verdict: Sendable {
        case right
        case wrong
        /// Too many wrong ones came from there; another may come after so many seconds.
        case refused(seconds: Int64)
    }

    private struct State: ~Copyable {
        var failures: FailedLogins?
        /// Those that were right, the oldest first.
        var right: [CredentialDigest] = []
        var isRight: Set<CredentialDigest> = []
        /// Those that are being checked: who comes with the same waits for the same answer.
        var running: [CredentialDigest: Task<Bool, Never>] = [:]

        mutating func remember(_ digest: CredentialDigest) {
            guard isRight.insert(digest).inserted else { return }
            right.append(digest)
            if right.count > CredentialCheck.mostRemembered { isRight.remove(right.removeFirst()) }
        }
    }

    /// Credentials that are remembered.
    private static let mostRemembered = 256

    private let passwords: PasswordFile
    private let context: ModuleContext
    private let key = CredentialKey()
    private let state: Mutex<State>

    /// - Parameter limit: Wrong credentials that may come from a client in a minute; nil for any number.
    init(_ passwords: PasswordFile, limit: Int?, context: ModuleContext) {
        self.passwords = passwords
        self.context = context
        state = Mutex(State(failures: limit.map { FailedLogins(limit: $0) }))
    }

    /// Whether the credentials are remembered to be right.
    func remembers(_ credentials: BasicCredentials) -> Bool {
        let digest = key.digest(credentials.bytes)
        return state.withLock { $0.isRight.contains(digest) }
    }

    /// Checks credentials that aren't remembered.
    func check(_ credentials: BasicCredentials, from endpoint: Endpoint) async -> Verdict {
        let digest = key.digest(credentials.bytes)
        let client = SocketAddress.client(endpoint)
        let now = context.now().seconds
        let step = state.withLock { state -> Step in
            if state.isRight.contains(digest) { return .done(.right) }
            if let running = state.running[digest] { return .wait(for: running) }
            if let seconds = state.failures?.begin(client, at: now) {
                return .done(.refused(seconds: seconds))
            }
            // A task of nobody's: who began it may go while others wait for the same.
            let task = Task { await self.hash(credentials, digest, client, endpoint) }
            state.running[digest] = task
            return .wait(for: task)
        }
        switch step {
        case .done(let verdict): return verdict
        case .wait(let task): return await task.value ? .right : .wrong
        }
    }

    /// What a check comes to without waiting.
    private enum Step {
        case done(Verdict)
        case wait(for: Task<Bool, Never>)
    }

    private func hash(
        _ credentials: BasicCredentials, _ digest: CredentialDigest, _ client: SocketAddress,
        _ endpoint: Endpoint
    ) async -> Bool {
        let passwords = passwords
        let isRight: Bool
        do {
            isRight = try await context.blocking.run {
                passwords.matches(credentials.user, credentials.password)
            }
        } catch {
            // Only the closure could throw, and it doesn't.
            isRight = false
        }
        let isSpent = state.withLock { state -> Bool in
            state.running[digest] = nil
            guard isRight else { return state.failures?.isSpent(client) ?? false }
            state.failures?.forgive(client)
            state.remember(digest)
            return false
        }
        if isSpent {
            context.logger.notice(
                "Too many wrong passwords: a client is refused for a minute.",
                metadata: ["remote_addr": "\(endpoint)"])
        }
        return isRight
    }
}
