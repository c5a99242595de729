// Owns the rule that a session is resumed only for the server name that it was made for: RFC 6066 §3 demands it
// of TLS 1.2, OpenSSL leaves it to us, and one rule for both versions keeps names with different rules apart.
import COpenSSL

// Fetched once: SHA256() would look the digest up among the providers for each session.
private nonisolated(unsafe) let bindingDigest: OpaquePointer? = unsafe EVP_MD_fetch(nil, "SHA256", nil)

/// The session id context for one server_name extension: a digest, since OpenSSL takes 32 bytes at most.
///
/// Runs before OpenSSL looks at a ticket; the callback for server names would come after that.
func bindSessionToServerName(
    _ ssl: OpaquePointer?, _ alert: UnsafeMutablePointer<CInt>?, _ argument: UnsafeMutableRawPointer?
) -> CInt {
    var name: UnsafePointer<UInt8>?
    var count = 0
    guard unsafe SSL_client_hello_get0_ext(ssl, CUnsignedInt(TLSEXT_TYPE_server_name), &name, &count) == 1,
        let choices = unsafe HandshakeChoices.of(ssl)
    else { return SSL_CLIENT_HELLO_SUCCESS }
    var bytes = choices.sessionIDContext
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: name, count: count))
    let size = Int(SHA256_DIGEST_LENGTH)
    let isBound = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { digest in
        unsafe EVP_Digest(bytes, bytes.count, digest.baseAddress, nil, bindingDigest, nil) == 1
            && SSL_set_session_id_context(ssl, digest.baseAddress, CUnsignedInt(size)) == 1
    }
    return isBound ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR
}
