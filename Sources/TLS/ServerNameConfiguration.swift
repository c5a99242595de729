// Owns the settings that hold for one server name, or for all that have none of their own.

/// What the clients of a server name meet.
package struct ServerNameConfiguration: Sendable {
    /// What the server shows: of each key algorithm one, of which OpenSSL picks what the client can verify.
    package var identities: [Identity]
    /// Which client certificates are asked for; nil for none.
    package var verification: ClientVerification?
    /// The oldest version for these clients; nil for that of all.
    package var minimumVersion: TLSVersion?

    package init(
        _ identities: [Identity], verification: ClientVerification? = nil, minimumVersion: TLSVersion? = nil
    ) {
        self.identities = identities
        self.verification = verification
        self.minimumVersion = minimumVersion
    }
}
