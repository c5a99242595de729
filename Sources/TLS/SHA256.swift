// Owns SHA-256 of bytes in memory, for what this target tells apart by it.
import COpenSSL

// Fetched once: SHA256() would look the digest up among the providers for each session.
nonisolated(unsafe) let sha256Method: OpaquePointer? = unsafe EVP_MD_fetch(nil, "SHA256", nil)

func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    let isMade = unsafe EVP_Digest(bytes, bytes.count, &digest, nil, sha256Method, nil) == 1
    precondition(isMade, "SHA-256 fails only without memory")
    return digest
}
