// What the kernel needs to encrypt what a socket sends: the structures of linux/tls.h. Invariant: the sequence number
// is that of the next record, so that no nonce is used twice.

import CLinux
import Glibc

/// Cipher, keys and counters of one direction of a TLS connection, as setsockopt(2) takes them at SOL_TLS.
package struct KernelTLSParameters {
    /// Version and cipher type, two bytes each, then iv, key, salt and record sequence, whose sizes are the cipher's.
    private var storage = InlineArray<56, UInt8>(repeating: 0)
    /// How many bytes the cipher's structure has.
    private let count: Int
    /// Whether the iv is counted like the sequence number (RFC 5288 §3): AES-GCM in TLS 1.2. All others make their
    /// nonces of an iv that stays and the sequence number (RFC 8446 §5.3, RFC 7905 §2).
    private let countsIV: Bool

    private static let ivOffset = 4
    private static let counterBytes = 8

    /// Copies a structure of linux/tls.h; nil for a cipher that isn't known here.
    package init?(copying structure: UnsafeRawPointer) {
        let version = unsafe structure.load(as: UInt16.self)
        let cipher = unsafe structure.load(fromByteOffset: 2, as: UInt16.self)
        switch Int(cipher) {
        case CLINUX_TLS_AES_GCM_128: count = 40
        case CLINUX_TLS_AES_GCM_256, CLINUX_TLS_CHACHA20_POLY1305: count = 56
        default: return nil
        }
        countsIV = version == 0x0303 && Int(cipher) != CLINUX_TLS_CHACHA20_POLY1305
        for index in 0..<count {
            storage[index] = unsafe structure.load(fromByteOffset: index, as: UInt8.self)
        }
    }

    /// Lends the structure, of which no copy is left behind.
    package func withUnsafeBytes<Value, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try unsafe storage.span.extracting(first: count).withUnsafeBytes(body)
    }

    /// Overwrites the keys, before the memory gets another use.
    package mutating func wipe() {
        var span = storage.mutableSpan
        unsafe span.withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { unsafe explicit_bzero(start, bytes.count) }
        }
    }

    /// Passes over records that were sent under these keys already.
    package mutating func advance(by records: UInt64) {
        add(records, at: count - Self.counterBytes)
        if countsIV { add(records, at: Self.ivOffset) }
    }

    /// Adds to a counter of eight bytes, the first being the highest; it wraps around as the kernel's does.
    private mutating func add(_ number: UInt64, at offset: Int) {
        var sum: UInt64 = 0
        for index in 0..<Self.counterBytes { sum = sum << 8 | UInt64(storage[offset + index]) }
        sum &+= number
        for index in (0..<Self.counterBytes).reversed() {
            storage[offset + index] = UInt8(truncatingIfNeeded: sum)
            sum >>= 8
        }
    }
}
