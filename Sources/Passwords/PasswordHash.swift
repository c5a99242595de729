// A password's hash as htpasswd(1) and mkpasswd(1) write it. Only methods that are fit for new passwords are taken.

import CCrypt
import COpenSSL
import Glibc

/// The hash of a password, in a form of crypt(5): bcrypt, yescrypt, SHA-512 and what else libcrypt calls strong.
package struct PasswordHash: Sendable {
    private let text: String

    /// Reads `$2y$…`, `$y$…`, `$6$…`.
    ///
    /// - Throws: ``PasswordHashFailure`` with why no password could match, or why one should not.
    package init(_ text: String) throws(PasswordHashFailure) {
        if let program = Self.foreign.first(where: { text.hasPrefix($0.prefix) }) {
            throw PasswordHashFailure("a hash by \(program.method) is weak; make one with 'htpasswd -B'")
        }
        switch unsafe crypt_checksalt(text) {
        case CInt(CRYPT_SALT_OK) where Self.isComplete(text): break
        case CInt(CRYPT_SALT_METHOD_LEGACY):
            // Most words of letters could be one of DES.
            throw PasswordHashFailure(
                "this is no hash of a password, or a weak one; make one with 'htpasswd -B'")
        default: throw PasswordHashFailure("this is no hash of a password")
        }
        self.text = text
    }

    /// What only Apache httpd and its like know.
    private static let foreign = [("$apr1$", "MD5"), ("{SHA}", "SHA-1")].map { (prefix: $0, method: $1) }

    /// crypt_checksalt(3) looks at the setting only, and a hash that was cut off would match nothing, ever.
    private static func isComplete(_ text: String) -> Bool {
        if text.hasPrefix("$2") { return text.utf8.count == 60 }
        let least = text.hasPrefix("$6$") ? 86 : 43
        return (text.split(separator: "$").last?.utf8.count ?? 0) >= least
    }

    /// The most bytes of a password (CRYPT_MAX_PASSPHRASE_SIZE); bcrypt ignores what is behind the first 72.
    package static let mostBytes = 511

    /// Whether the password is the one; it takes as long for every other, up to seconds. Call it where one may block.
    ///
    /// One with NUL, or of more than ``mostBytes``, is none.
    package func matches(_ password: [UInt8]) -> Bool {
        guard password.count <= Self.mostBytes, !password.contains(0) else { return false }
        // crypt_ra keeps what it works with, and the result, in memory that it gets by itself.
        var data: UnsafeMutableRawPointer?
        var size: CInt = 0
        defer {
            unsafe OPENSSL_cleanse(data, Int(size))
            unsafe free(data)
        }
        var phrase = password.map(CChar.init(bitPattern:)) + [0]
        defer { unsafe OPENSSL_cleanse(&phrase, phrase.count) }
        guard let hash = unsafe crypt_ra(phrase, text, &data, &size) else { return false }
        let length = unsafe strlen(hash)
        return unsafe length == text.utf8.count && CRYPTO_memcmp(hash, text, length) == 0
    }
}

/// Why a text is no hash that a password may be checked against.
package struct PasswordHashFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong; nothing of the hash is in it.
    package let description: String

    package init(_ description: String) { self.description = description }
}
