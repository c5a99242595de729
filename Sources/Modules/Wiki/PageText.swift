// A page as it is on the disk, and the mark by which a save says what it was made from.

import Files
import HTTPCore

/// What a page holds at one moment.
struct PageText: Sendable, Equatable {
    let bytes: [UInt8]
    /// When it was changed, in seconds and nanoseconds since 1970.
    let modified: ModificationTime

    /// The text; what is not UTF-8 shows as U+FFFD.
    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// Names this content; another has another.
    var mark: String { EntityTag(contentOf: bytes).opaque }
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
