// Owns one X509; it is never changed after its making.
import COpenSSL

/// A decoded certificate.
@safe final class Certificate: Sendable {
    // OpenSSL counts references atomically and guards the caches inside an X509 with its own lock.
    nonisolated(unsafe) let pointer: OpaquePointer

    init(takingOwnership pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe X509_free(pointer) }

    /// Reads one certificate from DER.
    convenience init(der: [UInt8]) throws(TLSFailure) {
        ErrorQueue.clear()
        guard let pointer = unsafe MemoryBIO.reading(der, { unsafe d2i_X509_bio($0, nil) }) else {
            throw .draining(.badCertificate, "reading a certificate")
        }
        unsafe self.init(takingOwnership: pointer)
    }

    /// All certificates of a PEM text, in its order; other blocks are skipped.
    static func all(pem: [UInt8]) throws(TLSFailure) -> [Certificate] {
        ErrorQueue.clear()
        let found = unsafe MemoryBIO.reading(pem) { bio in
            var found: [Certificate] = []
            while let pointer = unsafe PEM_read_bio_X509(bio, nil, nil, nil) {
                unsafe found.append(Certificate(takingOwnership: pointer))
            }
            return found
        }
        // Anything but the end of the text is a damaged block.
        let errors = ErrorQueue.drain()
        guard !found.isEmpty, errors.allSatisfy(\.isEndOfPEM) else {
            throw TLSFailure(.badCertificate, "reading certificates", stack: errors.map(\.text))
        }
        return found
    }

    /// Whether `key` is the private half of this certificate's key.
    func belongs(to key: PrivateKey) -> Bool {
        defer { ErrorQueue.clear() }
        return unsafe X509_check_private_key(pointer, key.pointer) == 1
    }

    /// Whether `issuer` issued this certificate: names, key identifiers, usage and signature.
    func wasIssued(by issuer: Certificate) -> Bool {
        defer { ErrorQueue.clear() }
        guard unsafe X509_check_issued(issuer.pointer, pointer) == X509_V_OK else { return false }
        return unsafe X509_verify(pointer, X509_get0_pubkey(issuer.pointer)) == 1
    }

    /// The certificate in PEM.
    func pem() throws(TLSFailure) -> [UInt8] {
        let text = unsafe MemoryBIO.writing { bio in unsafe PEM_write_bio_X509(bio, pointer) == 1 }
        guard let text else { throw .draining(.library, "encoding a certificate") }
        return text
    }

    /// The certificate in DER.
    func der() throws(TLSFailure) -> [UInt8] {
        let bytes = unsafe MemoryBIO.writing { bio in unsafe i2d_X509_bio(bio, pointer) == 1 }
        guard let bytes else { throw .draining(.library, "encoding a certificate") }
        return bytes
    }
}
