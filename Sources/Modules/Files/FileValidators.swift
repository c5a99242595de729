// The validators of a file, the same for whoever serves or replaces it.

import Files
import HTTPCore

extension FileStatus {
    /// A strong tag: it changes with the file that is at a path, its size, or its content's time.
    var entityTag: EntityTag {
        let numbers = [
            inode, size, UInt64(bitPattern: modificationTime), UInt64(bitPattern: modificationNanoseconds),
        ]
        return EntityTag(numbers.map { String($0, radix: 36) }.joined(separator: "-"))
    }

    /// RFC 9110 §8.8.2.1: never later than now. A time set into the future is newer than the change that set it.
    var lastModified: HTTPDate { HTTPDate(secondsSinceEpoch: min(modificationTime, changeTime)) }
}
