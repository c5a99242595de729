// Owns what a ClientHello decides before OpenSSL looks at versions and tickets: whose context serves the client, and
// what its session is bound to.
import COpenSSL

/// Switches to the context of the server name that the client asks for, and binds the session to it.
///
/// SSL_CTX_set_tlsext_servername_callback(3) would come too late: the version is chosen then, and tickets are opened.
func chooseContext(
    _ ssl: OpaquePointer?, _ alert: UnsafeMutablePointer<CInt>?, _ argument: UnsafeMutableRawPointer?
) -> CInt {
    var bytes: UnsafePointer<UInt8>?
    var count = 0
    guard unsafe SSL_client_hello_get0_ext(ssl, CUnsignedInt(TLSEXT_TYPE_server_name), &bytes, &count) == 1,
        let choices = unsafe HandshakeChoices.of(ssl)
    else { return SSL_CLIENT_HELLO_SUCCESS }
    let list = unsafe UnsafeBufferPointer(start: bytes, count: count)
    if choices.hasNames, let name = unsafe hostName(in: list), let context = choices.context(named: name) {
        guard unsafe adopt(context, ssl) else { return SSL_CLIENT_HELLO_ERROR }
    }
    return unsafe bind(ssl, to: list) ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR
}

/// The name in a server_name extension (RFC 6066 §3), in lower case; nil for what OpenSSL will refuse.
private func hostName(in list: UnsafeBufferPointer<UInt8>) -> String? {
    guard list.count > 5, unsafe list[2] == UInt8(TLSEXT_NAMETYPE_host_name) else { return nil }
    let length = unsafe Int(list[3]) << 8 | Int(list[4])
    guard list.count >= 5 + length else { return nil }
    return unsafe String(decoding: list[5..<5 + length], as: UTF8.self).lowercased()
}

/// Options and modes stay those of the first context: all are made from one configuration.
private func adopt(_ context: ContextOwner, _ ssl: OpaquePointer?) -> Bool {
    unsafe SSL_set_SSL_CTX(ssl, context.pointer)
    unsafe ClientVerification.apply(context.verification, to: ssl)
    guard let minimum = context.ownMinimumVersion else { return true }
    return unsafe copenssl_set_min_proto_version(ssl, CInt(minimum.wireValue)) == 1
}

/// Lets a session be resumed only for the server name that it was made for: RFC 6066 §3 demands it of TLS 1.2,
/// OpenSSL leaves it to us, and one rule for both versions keeps names with different rules apart.
///
/// The session id context is a digest, since OpenSSL takes 32 bytes at most.
private func bind(_ ssl: OpaquePointer?, to list: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let context = unsafe ContextOwner.of(ssl) else { return false }
    var bytes = context.sessionIDContext
    unsafe bytes.append(contentsOf: list)
    let size = Int(SHA256_DIGEST_LENGTH)
    return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { digest in
        unsafe EVP_Digest(bytes, bytes.count, digest.baseAddress, nil, sha256Method, nil) == 1
            && SSL_set_session_id_context(ssl, digest.baseAddress, CUnsignedInt(size)) == 1
    }
}
