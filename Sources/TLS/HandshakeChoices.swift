// Owns what OpenSSL asks back during a handshake: which certificate, which application protocol, which ticket
// key. Every SSL_CTX of a TLSContext points here, unretained; TLSSession keeps the TLSContext, which owns this.
import COpenSSL

/// The answers to a handshake's questions, the same for all SSL_CTX of one `TLSContext`.
@safe final class HandshakeChoices: Sendable {
    let ticketKeys: TicketKeys
    let keyLog: KeyLog?
    fileprivate let leaves: LeafCertificates?
    private let named: [String: ContextOwner]
    // ALPN list in wire form, written in init, read-only from then on: OpenSSL wants pointers into it that
    // outlive the callback.
    private nonisolated(unsafe) let protocols: UnsafeMutableBufferPointer<UInt8>

    private static let exIndex = copenssl_ctx_new_ex_index()

    init(_ settings: TLSContextConfiguration, named: [String: ContextOwner]) throws(TLSFailure) {
        let wire = try wireForm(settings.alpn)
        ticketKeys = settings.ticketKeys
        keyLog = settings.keyLog
        self.named = named
        leaves = settings.leaves
        let list = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: wire.count)
        _ = unsafe list.initialize(from: wire)
        unsafe protocols = list
    }

    deinit { unsafe protocols.deallocate() }

    /// Makes `context` ask this object, which must outlive the sessions made from it.
    func answer(for context: ContextOwner) {
        let address = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe SSL_CTX_set_ex_data(context.pointer, HandshakeChoices.exIndex, address)
        // Its answer makes OpenSSL keep the name for the facts; what follows from it is done at the ClientHello.
        unsafe copenssl_ctx_set_servername_callback(context.pointer, acceptServerName, nil)
        unsafe SSL_CTX_set_client_hello_cb(context.pointer, chooseContext, nil)
        if keyLog != nil { unsafe SSL_CTX_set_keylog_callback(context.pointer, logSecrets) }
        if unsafe !protocols.isEmpty { unsafe SSL_CTX_set_alpn_select_cb(context.pointer, alpnCallback, nil) }
    }

    /// Makes full handshakes of `context` ask for the leaf of their server name; a resumed one shows no certificate.
    static func chooseLeaves(for context: ContextOwner) {
        unsafe SSL_CTX_set_cert_cb(context.pointer, leafCallback, nil)
    }

    static func of(_ ssl: OpaquePointer?) -> HandshakeChoices? {
        guard let address = unsafe SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), exIndex) else { return nil }
        return unsafe Unmanaged.fromOpaque(address).takeUnretainedValue()
    }

    /// Whether any server name has a context of its own.
    var hasNames: Bool { !named.isEmpty }

    /// The context of a server name: the exact one, else the wildcard of its first label.
    ///
    /// - Parameter name: in lower case.
    func context(named name: String) -> ContextOwner? {
        if let exact = named[name] { return exact }
        guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        return named["*" + name[dot...]]
    }

    fileprivate func selectProtocol(
        from offered: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        var selected: UnsafeMutablePointer<UInt8>?
        var length: UInt8 = 0
        let answer = unsafe SSL_select_next_proto(
            &selected, &length, protocols.baseAddress, CUnsignedInt(protocols.count),
            offered.baseAddress, CUnsignedInt(offered.count))
        guard answer == OPENSSL_NPN_NEGOTIATED else { return nil }
        return unsafe UnsafeBufferPointer(start: selected, count: Int(length))
    }
}

/// Each name with its length in front, RFC 7301 §3.1.
func wireForm(_ alpn: [String]) throws(TLSFailure) -> [UInt8] {
    var wire: [UInt8] = []
    for name in alpn {
        guard let length = UInt8(exactly: name.utf8.count), length > 0 else {
            throw TLSFailure(.badSetting, "application protocol \"\(name)\"")
        }
        wire.append(length)
        wire.append(contentsOf: name.utf8)
    }
    return wire
}

private func acceptServerName(
    _ ssl: OpaquePointer?, _ alert: UnsafeMutablePointer<CInt>?, _ argument: UnsafeMutableRawPointer?
) -> CInt {
    SSL_TLSEXT_ERR_OK
}

/// Shows the leaf of the name that the client asks for (SSL_CTX_set_cert_cb(3)).
///
/// The callback could suspend the handshake for a thread that makes the leaf. It doesn't: that is done once a name, and
/// takes no longer than two handshakes of others, for which this one would have to wait as well.
private func leafCallback(_ ssl: OpaquePointer?, _ argument: UnsafeMutableRawPointer?) -> CInt {
    let name = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { unsafe String(cString: $0) }
    guard let leaf = unsafe HandshakeChoices.of(ssl)?.leaves?.identity(for: name) else { return 1 }
    let isUsed = unsafe SSL_use_cert_and_key(ssl, leaf.leaf.pointer, leaf.key.pointer, nil, 1) == 1
    return isUsed && leaf.chain.allSatisfy { unsafe copenssl_add1_chain_cert(ssl, $0.pointer) == 1 } ? 1 : 0
}

private func alpnCallback(
    _ ssl: OpaquePointer?, _ out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ outLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ count: CUnsignedInt,
    _ argument: UnsafeMutableRawPointer?
) -> CInt {
    let list = unsafe UnsafeBufferPointer(start: offered, count: Int(count))
    guard let selected = unsafe HandshakeChoices.of(ssl)?.selectProtocol(from: list) else {
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    unsafe out?.pointee = selected.baseAddress
    unsafe outLength?.pointee = UInt8(selected.count)
    return SSL_TLSEXT_ERR_OK
}
