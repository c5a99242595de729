// Owns what the makers of a server's leaves have in common: the local authority, and those who break them on purpose.

/// Whoever makes the leaves of a server.
protocol LeafIssuer: Sendable {
    /// The names that it may sign for.
    var constraints: NameConstraints { get }

    /// A new key and its certificate; names that are not permitted throw `.badSetting`.
    ///
    /// - Parameter now: in seconds since 1970.
    func leaf(for names: [String], at now: Int64) throws(TLSFailure) -> Identity

    /// Whether a leaf needs no successor yet.
    func isFresh(_ leaf: Identity, at now: Int64) -> Bool
}
