// What stands for credentials that were verified, so that they needn't be kept: a digest under a key of this process.

import Digests

/// A random key that credentials are hashed with.
package struct CredentialKey: Sendable {
    private let key = AuthenticationKey()

    /// Makes a key of the system's randomness.
    package init() {}

    /// The digest of credentials: without the key it says nothing of them, and no others have it.
    package func digest(_ credentials: [UInt8]) -> CredentialDigest {
        CredentialDigest(bytes: key.code(of: credentials))
    }
}

/// A digest of ``CredentialKey``.
package struct CredentialDigest: Hashable, Sendable {
    private let bytes: [UInt8]

    fileprivate init(bytes: [UInt8]) { self.bytes = bytes }
}
