// Owns the leaves that are made for server names when they are first asked for. They stay in memory:
// clients trust the authority, so that another leaf after a restart is as good.
import Synchronization

/// A certificate for each name that clients ask for, as far as the authority may sign for it; shared by all workers.
///
/// A leaf is made within the handshake that needs it: that takes less than two handshakes do, and no file is written. It
/// is made under the lock, so that handshakes at once make one leaf.
package final class LeafCertificates: Sendable {
    /// How many leaves are kept; the one that was made first makes room.
    package static let most = 256
    /// How many names are told of that the authority may not sign for, each once.
    package static let mostRefusals = 64

    private struct State {
        /// The default leaf, once the one that the contexts show is too old.
        var renewed: Identity?
        var made: [String: Identity] = [:]
        /// The names of `made`, the first made first.
        var order: [String] = []
        var refused: Set<String> = []
    }

    private let issuer: any LeafIssuer
    private let initial: Identity
    private let initialNames: Set<String>
    private let now: @Sendable () -> Int64
    let onRefusal: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameter onRefusal: told of a name that the authority may not sign for; called within a handshake.
    package convenience init(
        of authority: CertificateAuthority, onRefusal: @escaping @Sendable (String) -> Void
    ) {
        self.init(of: authority, now: systemTime, onRefusal: onRefusal)
    }

    /// - Parameter now: the time in seconds since 1970.
    convenience init(
        of authority: CertificateAuthority, now: @escaping @Sendable () -> Int64,
        onRefusal: @escaping @Sendable (String) -> Void
    ) {
        self.init(by: authority.signer, default: authority.identity, now: now, onRefusal: onRefusal)
    }

    /// - Parameter initial: for clients that name no server, or one that the issuer may not sign for.
    init(
        by issuer: any LeafIssuer, default initial: Identity,
        now: @escaping @Sendable () -> Int64 = systemTime, onRefusal: @escaping @Sendable (String) -> Void
    ) {
        self.issuer = issuer
        self.initial = initial
        initialNames = Set(initial.facts.alternativeNames)
        self.now = now
        self.onRefusal = onRefusal
    }

    /// Whether an identity stands for what is made here.
    func replaces(_ identity: Identity) -> Bool { identity === initial }

    /// The leaf for a server name, or for a client that sends none; nil for the default one as it was loaded.
    func identity(for name: String?) -> Identity? {
        let name = name?.lowercased()
        let time = now()
        guard let name, !initialNames.contains(name) else {
            return state.withLock { fallback(&$0, time) }
        }
        guard isServerName(name), issuer.constraints.permits(name) else {
            tell(of: name)
            return state.withLock { fallback(&$0, time) }
        }
        return state.withLock { leaf(for: name, &$0, time) ?? fallback(&$0, time) }
    }

    private func fallback(_ state: inout State, _ time: Int64) -> Identity? {
        let current = state.renewed ?? initial
        guard !issuer.isFresh(current, at: time) else { return state.renewed }
        // Without a new one the handshake goes on with the old one; the next one tries again.
        if let made = try? issuer.leaf(for: initial.facts.alternativeNames, at: time) { state.renewed = made }
        return state.renewed
    }

    private func leaf(for name: String, _ state: inout State, _ time: Int64) -> Identity? {
        let kept = state.made[name]
        if let kept, issuer.isFresh(kept, at: time) { return kept }
        // OpenSSL without memory or randomness: the client gets the default leaf, as for a name that is not ours.
        guard let made = try? issuer.leaf(for: [name], at: time) else { return kept }
        if kept == nil {
            if state.order.count == Self.most { state.made[state.order.removeFirst()] = nil }
            state.order.append(name)
        }
        state.made[name] = made
        return made
    }

    private func tell(of name: String) {
        let isNew = state.withLock { state in
            state.refused.count < Self.mostRefusals && state.refused.insert(name).inserted
        }
        if isNew { onRefusal(name) }
    }
}
