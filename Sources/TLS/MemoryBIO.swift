// Owns a memory BIO for the length of one PEM or text conversion; no pointer outlives the closure.
import COpenSSL

enum MemoryBIO {
    /// Lends a BIO that reads a copy of `bytes`.
    static func reading<Value, Failure: Error>(
        _ bytes: [UInt8], _ body: (OpaquePointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let bio = unsafe make()
        defer { unsafe BIO_free(bio) }
        unsafe bytes.withUnsafeBytes { raw in
            _ = unsafe BIO_write(bio, raw.baseAddress, CInt(clamping: raw.count))
        }
        return try unsafe body(bio)
    }

    /// Gives what `body` wrote, or nil if it said that it failed.
    static func writing(_ body: (OpaquePointer) -> Bool) -> [UInt8]? {
        let bio = unsafe make()
        defer { unsafe BIO_free(bio) }
        guard unsafe body(bio) else { return nil }
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe copenssl_bio_mem_data(bio, &start)
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private static func make() -> OpaquePointer {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else {
            preconditionFailure("BIO_new fails only without memory")
        }
        return unsafe bio
    }
}
