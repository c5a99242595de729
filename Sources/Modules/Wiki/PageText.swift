// A page as it is on the disk, and the mark by which a save says what it was made from.

import Files

/// What a page holds at one moment.
struct PageText: Sendable, Equatable {
    let bytes: [UInt8]
    /// When it was changed, in seconds and nanoseconds since 1970.
    let modified: ModificationTime

    /// The text; what is not UTF-8 shows as U+FFFD.
    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// Names this content; another has another.
    var mark: String { Self.mark(of: bytes) }

    /// FNV-1a of 64 bits in hexadecimal: it tells changes apart, and keeps nobody out who may save anyway.
    static func mark(of bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

struct ModificationTime: Sendable, Equatable {
    let seconds: Int64
    let nanoseconds: Int64
}

extension FileStatus {
    var modified: ModificationTime {
        ModificationTime(seconds: modificationTime, nanoseconds: modificationNanoseconds)
    }
}
