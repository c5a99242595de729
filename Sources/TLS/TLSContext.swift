// Owns a server's SSL_CTX objects: one for the default name, one for each further name.
import COpenSSL
import SystemPackage

/// The library at work, `OpenSSL 3.0.19 27 Jan 2026`; a newer one than it was built with if the system has that.
package var tlsLibrary: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)) }

/// Everything that a server's handshakes need; immutable, shared by all workers, replaced as a whole by a reload.
package final class TLSContext: Sendable {
    let defaultContext: ContextOwner
    /// Whether some server name asks clients for certificates, so that requests have to be looked at.
    package let verifiesClients: Bool
    /// Where the secrets of all sessions go; nil for nowhere.
    package let keyLogPath: FilePath?
    /// Whether sessions have a record.
    package let keepsRecords: Bool
    /// Whether the kernel may encrypt the files that are sent.
    package let kernelTLS: KernelTLSSupport
    private let faulty: [TLSFault: TLSContext]
    // Held for the callbacks, which find it through their SSL_CTX.
    private let choices: HandshakeChoices

    /// Builds all contexts; a setting that OpenSSL refuses throws `.badSetting` with its name.
    package init(_ configuration: TLSContextConfiguration) throws(TLSFailure) {
        keyLogPath = configuration.keyLog?.path
        keepsRecords = configuration.keepsRecords
        kernelTLS = configuration.kernelTLS
        var faulty: [TLSFault: TLSContext] = [:]
        for fault in configuration.faults where !fault.replacesHandshake {
            faulty[fault] = try TLSContext(configuration.showing(fault))
        }
        self.faulty = faulty
        var named: [String: ContextOwner] = [:]
        for (name, settings) in configuration.named {
            named[name.lowercased()] = try Self.context(configuration, for: settings)
        }
        defaultContext = try Self.context(configuration, for: configuration.default)
        let contexts = [defaultContext] + named.values
        verifiesClients = contexts.contains { $0.verification != nil }
        choices = try HandshakeChoices(configuration, named: named)
        for context in contexts { choices.answer(for: context) }
        // Tickets are opened by the context that a session was made from.
        if verifiesClients { defaultContext.acceptsTicketsInDateOnly() }
    }

    /// Whether a request for `name` may come over a session (RFC 9110 §7.4): a name that asks for certificates takes
    /// those sessions only whose client it was verified for, be it under another name with the same rules.
    ///
    /// - Parameter name: in lower case, without a port; nil if the request names no host.
    package func admits(_ name: String?, over session: borrowing TLSSession) -> Bool {
        guard let rules = context(for: name).verification else { return true }
        return session.verification?.fingerprint == rules.fingerprint
    }

    /// What the clients of a listener with this fault meet; itself without one, nil if it was not built with it.
    package func having(_ fault: TLSFault?) -> TLSContext? {
        fault.map { faulty[$0] } ?? self
    }

    /// The keys of its session tickets.
    package var ticketKeys: TicketKeys { choices.ticketKeys }

    /// What serves the clients that ask for a name, in lower case.
    func context(for name: String?) -> ContextOwner {
        name.flatMap(choices.context(named:)) ?? defaultContext
    }

    private static func context(
        _ configuration: TLSContextConfiguration, for settings: ServerNameConfiguration
    ) throws(TLSFailure) -> ContextOwner {
        let context = try ContextOwner(configuration, for: settings)
        if let leaves = configuration.leaves, settings.identities.contains(where: leaves.replaces) {
            HandshakeChoices.chooseLeaves(for: context)
        }
        return context
    }
}
