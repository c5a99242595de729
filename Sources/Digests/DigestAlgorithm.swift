// The digests that HTTP knows by name, of bytes that are all there.

import COpenSSL

/// An algorithm of digest access authentication (RFC 7616 §3.3); SHA-512 is one that clients add.
package enum DigestAlgorithm: String, CaseIterable, Sendable {
    case md5 = "MD5"
    case sha256 = "SHA-256"
    case sha512 = "SHA-512"

    /// The digest in hexadecimal digits; nil where OpenSSL may not make it, as MD5 where it keeps to FIPS 140.
    package func hexadecimal(of bytes: [UInt8]) -> String? {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: CUnsignedInt = 0
        let algorithm =
            switch self {
            case .md5: unsafe EVP_md5()
            case .sha256: unsafe EVP_sha256()
            case .sha512: unsafe EVP_sha512()
            }
        guard unsafe EVP_Digest(bytes, bytes.count, &digest, &length, algorithm, nil) == 1 else { return nil }
        return hexadecimalDigits(digest.prefix(Int(length)))
    }
}

/// Two digits for each byte, in lower case.
func hexadecimalDigits(_ bytes: ArraySlice<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
