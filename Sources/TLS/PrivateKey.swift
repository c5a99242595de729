// Owns one EVP_PKEY; it is never changed after its making.
import COpenSSL

/// A private key.
@safe final class PrivateKey: Sendable {
    // OpenSSL counts references atomically and only reads a key that is in use, so threads may share it.
    nonisolated(unsafe) let pointer: OpaquePointer

    init(takingOwnership pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// Reads the first private key of a PEM text; `.encryptedKey` if it wants a passphrase.
    convenience init(pem: [UInt8]) throws(TLSFailure) {
        ErrorQueue.clear()
        var wasAskedForPassphrase = false
        let pointer = unsafe MemoryBIO.reading(pem) { bio in
            unsafe withUnsafeMutablePointer(to: &wasAskedForPassphrase) { flag in
                unsafe PEM_read_bio_PrivateKey(bio, nil, refusePassphrase, flag)
            }
        }
        if let pointer = unsafe pointer {
            unsafe self.init(takingOwnership: pointer)
        } else {
            let code: TLSFailure.Code = wasAskedForPassphrase ? .encryptedKey : .badKey
            throw .draining(code, "reading a private key")
        }
    }

    /// A new key on the curve P-256.
    static func generate() throws(TLSFailure) -> PrivateKey {
        ErrorQueue.clear()
        guard let pointer = unsafe copenssl_generate_p256() else { throw .draining(.library, "making a key") }
        return unsafe PrivateKey(takingOwnership: pointer)
    }

    /// The key as unencrypted PKCS #8 in PEM.
    func pem() throws(TLSFailure) -> [UInt8] {
        let text = unsafe MemoryBIO.writing { bio in
            unsafe PEM_write_bio_PrivateKey(bio, pointer, nil, nil, 0, nil, nil) == 1
        }
        guard let text else { throw .draining(.library, "encoding a private key") }
        return text
    }
}

/// Refuses to give a passphrase and leaves a note, for OpenSSL would otherwise ask the terminal.
private func refusePassphrase(
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: CInt, _ forWriting: CInt, _ note: UnsafeMutableRawPointer?
) -> CInt {
    unsafe note?.assumingMemoryBound(to: Bool.self).pointee = true
    return -1
}
