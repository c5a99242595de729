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

    /// Reads the first private key of a PEM text.
    ///
    /// - Throws: `.encryptedKey` if it wants a passphrase and there is none, `.wrongPassphrase` if it wants another.
    convenience init(pem: [UInt8], passphrase: Passphrase? = nil) throws(TLSFailure) {
        ErrorQueue.clear()
        var question = PassphraseQuestion(passphrase: passphrase)
        let pointer = unsafe MemoryBIO.reading(pem) { bio in
            unsafe withUnsafeMutablePointer(to: &question) { question in
                unsafe PEM_read_bio_PrivateKey(bio, nil, answerPassphrase, question)
            }
        }
        if let pointer = unsafe pointer {
            unsafe self.init(takingOwnership: pointer)
        } else {
            let code: TLSFailure.Code =
                !question.wasAsked ? .badKey : passphrase == nil ? .encryptedKey : .wrongPassphrase
            throw .draining(code, "reading a private key")
        }
    }

    /// A new key on the curve P-256.
    static func generate() throws(TLSFailure) -> PrivateKey {
        ErrorQueue.clear()
        guard let pointer = unsafe copenssl_generate_p256() else { throw .draining(.library, "making a key") }
        return unsafe PrivateKey(takingOwnership: pointer)
    }

    /// A new RSA key.
    static func generateRSA(bits: CInt) throws(TLSFailure) -> PrivateKey {
        ErrorQueue.clear()
        guard let pointer = unsafe copenssl_generate_rsa(bits) else {
            throw .draining(.library, "making a key")
        }
        return unsafe PrivateKey(takingOwnership: pointer)
    }

    /// OpenSSL's name of its algorithm, "EC" or "RSA".
    var algorithm: String {
        unsafe EVP_PKEY_get0_type_name(pointer).map { unsafe String(cString: $0) } ?? "unknown"
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

/// What OpenSSL is told when a key wants a passphrase, and whether it asked.
private struct PassphraseQuestion {
    let passphrase: Passphrase?
    var wasAsked = false
}

/// Answers for the terminal, which OpenSSL would otherwise ask (pem_password_cb(3)).
private func answerPassphrase(
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: CInt, _ forWriting: CInt,
    _ question: UnsafeMutableRawPointer?
) -> CInt {
    guard let question = unsafe question?.assumingMemoryBound(to: PassphraseQuestion.self) else { return -1 }
    unsafe question.pointee.wasAsked = true
    let room = unsafe UnsafeMutableBufferPointer(start: buffer, count: Int(size))
    return unsafe question.pointee.passphrase?.copy(into: room) ?? -1
}
