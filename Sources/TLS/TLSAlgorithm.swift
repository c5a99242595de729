// Owns the question which names of ciphers and groups OpenSSL knows: it passes over some that it doesn't, silently.
import COpenSSL

/// A kind of algorithm that a configuration can name.
package enum TLSAlgorithm: Sendable {
    /// OpenSSL's names for TLS 1.2, its group names such as "HIGH", and its operators; see openssl-ciphers(1).
    case cipher
    /// The names of RFC 8446 appendix B.4.
    case cipherSuite
    /// Key exchange groups: "X25519", "P-256".
    case group

    /// What is wrong with a name, as the end of a sentence that starts with it; nil if it can be used.
    package func problem(with name: String) throws(TLSFailure) -> String? {
        let scratch = unsafe try ContextOwner(TLS_server_method())
        defer { ErrorQueue.clear() }
        switch self {
        case .cipher:
            // Operators take away or sort, so alone they come to nothing.
            if let first = name.first, "!-+@".contains(first) { return nil }
            if unsafe SSL_CTX_set_cipher_list(scratch.pointer, name) == 1 { return nil }
            return isSuite(name, scratch)
                ? "is a cipher suite of TLS 1.3: it belongs into ciphersuites"
                : "is no cipher that OpenSSL knows"
        case .cipherSuite:
            return isSuite(name, scratch) ? nil : "is no cipher suite of TLS 1.3 that OpenSSL knows"
        case .group:
            let isKnown = unsafe copenssl_ctx_set_groups_list(scratch.pointer, name) == 1
            return isKnown ? nil : "is no group that OpenSSL knows"
        }
    }

    private func isSuite(_ name: String, _ scratch: ContextOwner) -> Bool {
        guard unsafe SSL_CTX_set_ciphersuites(scratch.pointer, name) == 1,
            let suite = unsafe copenssl_first_cipher(scratch.pointer)
        else { return false }
        // Without a suite the list begins with a cipher of TLS 1.2.
        return unsafe String(cString: SSL_CIPHER_get_name(suite)) == name
    }
}
