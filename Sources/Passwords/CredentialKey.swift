// What stands for credentials that were verified, so that they needn't be kept: a digest under a key of this process.

import COpenSSL

/// A random key that credentials are hashed with (HMAC-SHA-256, RFC 2104).
package struct CredentialKey: Sendable {
    private let bytes: [UInt8]

    /// Makes a key of the system's randomness.
    package init() {
        var random = SystemRandomNumberGenerator()
        bytes = (0..<32).map { _ in .random(in: .min ... .max, using: &random) }
    }

    /// The digest of credentials: without the key it says nothing of them, and no others have it.
    package func digest(_ credentials: [UInt8]) -> CredentialDigest {
        let digest = unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length: CUnsignedInt = 0
            let result = unsafe HMAC(
                EVP_sha256(), bytes, CInt(bytes.count), credentials, credentials.count, buffer.baseAddress,
                &length)
            precondition(unsafe result != nil && length == 32, "HMAC-SHA-256 of \(credentials.count) bytes")
            count = 32
        }
        return CredentialDigest(bytes: digest)
    }
}

/// A digest of ``CredentialKey``.
package struct CredentialDigest: Hashable, Sendable {
    private let bytes: [UInt8]

    fileprivate init(bytes: [UInt8]) { self.bytes = bytes }
}
