// Tells what this process has said from what others say, by a key that nobody else has.

import COpenSSL

/// A random key of this process (HMAC-SHA-256, RFC 2104).
package struct AuthenticationKey: Sendable {
    private let bytes: [UInt8]

    /// Makes a key of the system's randomness.
    package init() {
        var random = SystemRandomNumberGenerator()
        bytes = (0..<32).map { _ in .random(in: .min ... .max, using: &random) }
    }

    /// The code of a message, 32 bytes: without the key it says nothing of the message, and no other has it.
    package func code(of message: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            var length: CUnsignedInt = 0
            let result = unsafe HMAC(
                EVP_sha256(), bytes, CInt(bytes.count), message, message.count, buffer.baseAddress, &length)
            precondition(unsafe result != nil && length == 32, "HMAC-SHA-256 of \(message.count) bytes")
            count = 32
        }
    }

    /// The same in hexadecimal digits.
    package func hexadecimalCode(of message: [UInt8]) -> String { hexadecimalDigits(code(of: message)[...]) }
}
