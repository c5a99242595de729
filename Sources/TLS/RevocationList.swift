// Owns one X509_CRL; it is never changed after its making.
import COpenSSL
import SystemPackage

/// A certificate revocation list, RFC 5280 §5.
@safe final class RevocationList: Sendable {
    // OpenSSL counts references atomically and guards the caches inside an X509_CRL with its own lock.
    nonisolated(unsafe) let pointer: OpaquePointer

    init(takingOwnership pointer: OpaquePointer) {
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe X509_CRL_free(pointer) }

    /// All lists of a PEM file; other blocks are skipped.
    static func all(file path: FilePath) throws(TLSFailure) -> [RevocationList] {
        let bytes = try PEMFile(reading: path).bytes
        ErrorQueue.clear()
        let found = unsafe MemoryBIO.reading(bytes) { bio in
            var found: [RevocationList] = []
            while let pointer = unsafe PEM_read_bio_X509_CRL(bio, nil, nil, nil) {
                unsafe found.append(RevocationList(takingOwnership: pointer))
            }
            return found
        }
        let errors = ErrorQueue.drain()
        guard !found.isEmpty, errors.allSatisfy(\.isEndOfPEM) else {
            throw TLSFailure(
                .badCertificate, "reading revocation lists", file: path, stack: errors.map(\.text))
        }
        return found
    }

    /// The list in PEM.
    func pem() throws(TLSFailure) -> [UInt8] {
        let text = unsafe MemoryBIO.writing { bio in unsafe PEM_write_bio_X509_CRL(bio, pointer) == 1 }
        guard let text else { throw .draining(.library, "encoding a revocation list") }
        return text
    }

    /// The issuer's distinguished name as RFC 2253 writes it.
    var issuer: String { unsafe distinguishedName(X509_CRL_get_issuer(pointer)) }

    /// Whether the next list is due already: OpenSSL trusts nobody by one that is.
    var isOutOfDate: Bool {
        guard let next = unsafe X509_CRL_get0_nextUpdate(pointer) else { return false }
        return unsafe X509_cmp_current_time(next) < 0
    }

    /// The digest of the whole list.
    func fingerprint() throws(TLSFailure) -> [UInt8] {
        let der = unsafe MemoryBIO.writing { bio in unsafe i2d_X509_CRL_bio(bio, pointer) == 1 }
        guard let der else { throw .draining(.library, "encoding a revocation list") }
        return sha256(der)
    }
}
