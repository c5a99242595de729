// SHA-256 of bytes that come in pieces, by OpenSSL's libcrypto. Owns the state of one digest.

import COpenSSL

/// A SHA-256 (FIPS 180-4) in the making.
///
/// ```swift
/// let digest = SHA256()
/// while let piece = try await body.next() { digest.update(piece.span) }
/// let text = digest.finish()
/// ```
@safe
package final class SHA256 {
    private let context: OpaquePointer

    /// Begins a digest.
    package init() {
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else { fatalError("no SHA-256") }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes the next bytes.
    package func update(_ bytes: Span<UInt8>) {
        let result = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        }
        precondition(result == 1, "EVP_DigestUpdate failed")
    }

    /// The digest of all bytes as 64 hexadecimal digits in lower case; no more can be taken then.
    package func finish() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        precondition(unsafe EVP_DigestFinal_ex(context, &digest, nil) == 1, "EVP_DigestFinal failed")
        return hexadecimalDigits(digest[...])
    }

    /// The digest of bytes that are there, as ``finish()`` gives it.
    package static func hexadecimal(of bytes: Span<UInt8>) -> String {
        let digest = SHA256()
        digest.update(bytes)
        return digest.finish()
    }
}
