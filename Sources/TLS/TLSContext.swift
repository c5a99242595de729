// Owns a server's SSL_CTX objects: one for the default identity, one for each further name.
import COpenSSL

/// The library at work, `OpenSSL 3.0.19 27 Jan 2026`; a newer one than it was built with if the system has that.
package var tlsLibrary: String { unsafe String(cString: OpenSSL_version(OPENSSL_VERSION)) }

/// Everything that a server's handshakes need; immutable, shared by all workers, replaced as a whole by a reload.
package final class TLSContext: Sendable {
    let defaultContext: ContextOwner
    /// Whether sessions have a record.
    let keepsRecords: Bool
    // Held for the callbacks, which find it through their SSL_CTX.
    private let choices: HandshakeChoices

    /// Builds all contexts; a setting that OpenSSL refuses throws `.badSetting` with its name.
    package init(_ configuration: TLSContextConfiguration) throws(TLSFailure) {
        keepsRecords = configuration.keepsRecords
        var named: [String: ContextOwner] = [:]
        for (name, identity) in configuration.namedIdentities {
            named[name.lowercased()] = try Self.context(configuration, showing: identity)
        }
        defaultContext = try Self.context(configuration, showing: configuration.defaultIdentity)
        choices = try HandshakeChoices(configuration, named: named)
        choices.answer(for: defaultContext)
        for context in named.values { choices.answer(for: context) }
    }

    private static func context(
        _ configuration: TLSContextConfiguration, showing identity: Identity
    ) throws(TLSFailure) -> ContextOwner {
        let context = try ContextOwner(configuration, showing: identity)
        if configuration.leaves?.replaces(identity) == true { HandshakeChoices.chooseLeaves(for: context) }
        return context
    }
}
