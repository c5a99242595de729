// Owns the callback that seals and opens session tickets (SSL_CTX_set_tlsext_ticket_key_evp_cb(3)).
import COpenSSL

/// OpenSSL's answers of the callback; the manual gives them no names.
private enum TicketAnswer {
    static let failed: CInt = -1
    static let notOurs: CInt = 0
    static let sealedOrOpened: CInt = 1
    static let openedButRenew: CInt = 2
}

// Fetched once: EVP_aes_256_cbc() would be looked up among the providers for each ticket.
private nonisolated(unsafe) let aes256: OpaquePointer? = unsafe EVP_CIPHER_fetch(nil, "AES-256-CBC", nil)
private nonisolated(unsafe) let aes128: OpaquePointer? = unsafe EVP_CIPHER_fetch(nil, "AES-128-CBC", nil)

/// Fills in key name, IV, cipher and HMAC for a new ticket, or finds them for one that a client brings.
func ticketKeyCallback(
    _ ssl: OpaquePointer?, _ name: UnsafeMutablePointer<UInt8>?, _ iv: UnsafeMutablePointer<UInt8>?,
    _ cipher: OpaquePointer?, _ mac: OpaquePointer?, _ isSealing: CInt
) -> CInt {
    guard let choices = unsafe HandshakeChoices.of(ssl), let name = unsafe name, let iv = unsafe iv else {
        return TicketAnswer.failed
    }
    if isSealing != 0 {
        guard let key = choices.ticketKeys.sealing() else { return TicketAnswer.notOurs }
        return unsafe seal(key, name, iv, cipher, mac)
    }
    let raw = UnsafeRawPointer(name)
    let wanted = unsafe (
        raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    )
    guard let (key, isOld) = choices.ticketKeys.opening(name: wanted) else { return TicketAnswer.notOurs }
    guard unsafe EVP_DecryptInit_ex(cipher, key.cipher, nil, key.encryptionBytes, iv) == 1,
        unsafe authenticate(mac, with: key)
    else { return TicketAnswer.failed }
    // A ticket of TLS 1.3 is best used once (RFC 8446 appendix C.4), so a resumed session gets a new one.
    let isUsedUp = unsafe SSL_version(ssl) == TLS1_3_VERSION
    return isOld || isUsedUp ? TicketAnswer.openedButRenew : TicketAnswer.sealedOrOpened
}

private func seal(
    _ key: TicketKey, _ name: UnsafeMutablePointer<UInt8>, _ iv: UnsafeMutablePointer<UInt8>,
    _ cipher: OpaquePointer?, _ mac: OpaquePointer?
) -> CInt {
    unsafe UnsafeMutableRawPointer(name).copyMemory(from: key.name, byteCount: TicketKey.nameBytes)
    let ivBytes = unsafe EVP_CIPHER_get_iv_length(key.cipher)
    guard unsafe RAND_bytes(iv, ivBytes) == 1,
        unsafe EVP_EncryptInit_ex(cipher, key.cipher, nil, key.encryptionBytes, iv) == 1,
        unsafe authenticate(mac, with: key)
    else { return TicketAnswer.failed }
    return TicketAnswer.sealedOrOpened
}

private func authenticate(_ mac: OpaquePointer?, with key: TicketKey) -> Bool {
    unsafe copenssl_mac_set_sha256_key(mac, key.authenticationSecret, key.secretBytes) == 1
}

extension TicketKey {
    fileprivate var cipher: OpaquePointer? { unsafe secretBytes == 32 ? aes256 : aes128 }

    fileprivate var encryptionBytes: UnsafePointer<UInt8> {
        unsafe UnsafePointer(encryptionSecret.assumingMemoryBound(to: UInt8.self))
    }
}
