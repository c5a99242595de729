// Owns the rule that a session is resumed only for the server name that it was made for: RFC 6066 §3 demands it
// of TLS 1.2, OpenSSL leaves it to us, and one rule for both versions keeps names with different rules apart.
import COpenSSL

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
    let bytes = unsafe choices.sessionIDContext + Array(UnsafeBufferPointer(start: name, count: count))
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    unsafe SHA256(bytes, bytes.count, &digest)
    guard unsafe SSL_set_session_id_context(ssl, digest, CUnsignedInt(digest.count)) == 1 else {
        return SSL_CLIENT_HELLO_ERROR
    }
    return SSL_CLIENT_HELLO_SUCCESS
}
