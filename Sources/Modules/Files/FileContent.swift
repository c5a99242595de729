// The bytes of a file: in memory if there are few, else read as the client takes them.

import Files
import HandlerKit
import Threads

enum FileContent: Sendable {
    case memory([UInt8])
    case file(FileRegion)
    /// Has no length before it is sent, and no parts.
    case encoded(EncodedFile)

    /// The largest file that is read at once.
    static let memoryLimit: UInt64 = 65_536

    /// Reads a small file, where blocking is allowed if it is not in the page cache, or if its file system can't
    /// tell (overlayfs, tmpfs).
    static func reading(_ file: OpenFile, _ blocking: BlockingPool) async throws -> FileContent {
        guard file.status.size <= memoryLimit else { return .whole(of: file) }
        if let bytes = try file.bytesInMemory(count: Int(file.status.size), at: 0) { return .memory(bytes) }
        return try await blocking.run {
            let bytes = try file.readBlocking(count: Int(file.status.size), at: 0)
            return UInt64(bytes.count) == file.status.size ? .memory(bytes) : .whole(of: file)
        }
    }

    /// All of a file that is read later.
    static func whole(of file: OpenFile) -> FileContent {
        .file(FileRegion(file, length: file.status.size))
    }

    /// Whether the bytes are here already.
    var isInMemory: Bool {
        switch self {
        case .memory: true
        case .file, .encoded: false
        }
    }

    /// The length in bytes, where it is known.
    var length: UInt64 {
        switch self {
        case .memory(let bytes): UInt64(bytes.count)
        case .file(let region): region.length
        case .encoded: 0
        }
    }

    /// All of it.
    var whole: ResponseBody {
        switch self {
        case .memory(let bytes): .bytes(bytes)
        case .file(let region): .file(region)
        case .encoded(let file):
            .stream(length: nil) { writer in
                try await file.send(to: writer)
                return nil
            }
        }
    }

    /// The first bytes, or all if there are fewer.
    func prefix(_ count: UInt64) -> FileContent {
        switch self {
        case .memory(let bytes): .memory(Array(bytes.prefix(Int(clamping: count))))
        case .file(let region):
            .file(FileRegion(region.file, offset: region.offset, length: min(count, region.length)))
        case .encoded: self
        }
    }

    /// A part, which must lie inside.
    func body(of part: Range<UInt64>) -> ResponseBody {
        switch piece(part) {
        case .bytes(let bytes): .bytes(bytes)
        case .file(let region): .file(region)
        }
    }

    /// A part, which must lie inside, as one of several pieces.
    func piece(_ part: Range<UInt64>) -> ResponsePiece {
        switch self {
        case .memory(let bytes): .bytes(Array(bytes[Int(part.lowerBound)..<Int(part.upperBound)]))
        case .file(let region):
            .file(
                FileRegion(
                    region.file, offset: region.offset + part.lowerBound, length: UInt64(part.count)))
        case .encoded: .bytes([])
        }
    }
}
