// The counters in what the kernel gets to encrypt with.

import Sockets
import Testing

@Suite("Parameters of the kernel's TLS")
struct KernelTLSParametersTests {
    struct Cipher: CustomTestStringConvertible {
        let testDescription: String
        let number: UInt8
        let keyBytes: Int
        let ivBytes: Int
        let saltBytes: Int
    }

    static let gcm = [
        Cipher(testDescription: "AES-128-GCM", number: 51, keyBytes: 16, ivBytes: 8, saltBytes: 4),
        Cipher(testDescription: "AES-256-GCM", number: 52, keyBytes: 32, ivBytes: 8, saltBytes: 4),
    ]
    static let chaCha = Cipher(
        testDescription: "ChaCha20-Poly1305", number: 54, keyBytes: 32, ivBytes: 12, saltBytes: 0)

    /// linux/tls.h: version and cipher in the machine's byte order, iv, key, salt, record sequence.
    private func structure(_ version: UInt16, _ cipher: Cipher, iv: UInt8, sequence: [UInt8]) -> [UInt8] {
        let numbers = [version, UInt16(cipher.number)].flatMap { number in
            unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
        }
        let constant = [UInt8](repeating: 7, count: cipher.keyBytes + cipher.saltBytes)
        return numbers + [UInt8](repeating: iv, count: cipher.ivBytes) + constant + sequence
    }

    private func advanced(_ structure: [UInt8], by records: UInt64) throws -> [UInt8] {
        let copied = unsafe structure.withUnsafeBytes { bytes in
            unsafe bytes.baseAddress.flatMap { unsafe KernelTLSParameters(copying: $0) }
        }
        var parameters = try #require(copied)
        #expect(parameters.bytes == structure)
        parameters.advance(by: records)
        return parameters.bytes
    }

    @Test("RFC 8446 §5.3: in TLS 1.3 only the sequence number counts", arguments: gcm + [chaCha])
    func tls13(cipher: Cipher) throws {
        let before = structure(0x0304, cipher, iv: 0xFF, sequence: [0, 0, 0, 0, 0, 0, 0xFF, 0xFE])
        let after = try advanced(before, by: 3)
        #expect(after == structure(0x0304, cipher, iv: 0xFF, sequence: [0, 0, 0, 0, 0, 1, 0, 1]))
    }

    @Test("RFC 5288 §3: in TLS 1.2 so does the explicit part of AES-GCM's nonce", arguments: gcm)
    func tls12(cipher: Cipher) throws {
        let before = structure(0x0303, cipher, iv: 0xFF, sequence: [0, 0, 0, 0, 0, 0, 0, 1])
        let after = try advanced(before, by: 258)
        #expect(Array(after[4..<12]) == [0, 0, 0, 0, 0, 0, 1, 1])
        #expect(Array(after.suffix(8)) == [0, 0, 0, 0, 0, 0, 1, 3])
        #expect(after[12..<(after.count - 8)] == before[12..<(before.count - 8)])
    }

    @Test("RFC 7905 §2: ChaCha20-Poly1305 has no such part in TLS 1.2 either")
    func chaCha12() throws {
        let before = structure(0x0303, Self.chaCha, iv: 5, sequence: [UInt8](repeating: 0, count: 8))
        let after = try advanced(before, by: 1)
        #expect(after.dropLast() == before.dropLast() && after.last == 1)
    }

    @Test("What was wiped has no keys left", arguments: gcm + [chaCha])
    func wiping(cipher: Cipher) throws {
        let structure = structure(0x0304, cipher, iv: 0xFF, sequence: [UInt8](repeating: 1, count: 8))
        let copied = unsafe structure.withUnsafeBytes { bytes in
            unsafe bytes.baseAddress.flatMap { unsafe KernelTLSParameters(copying: $0) }
        }
        var parameters = try #require(copied)
        parameters.wipe()
        #expect(parameters.bytes == [UInt8](repeating: 0, count: structure.count))
    }

    @Test("A cipher that isn't known is left to OpenSSL")
    func unknown() {
        let structure: [UInt8] = [3, 3, 53, 0] + [UInt8](repeating: 0, count: 60)
        let copied = unsafe structure.withUnsafeBytes { bytes in
            unsafe bytes.baseAddress.flatMap { unsafe KernelTLSParameters(copying: $0) }
        }
        #expect(copied == nil)
    }
}

extension KernelTLSParameters {
    fileprivate var bytes: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
