// The bytes of a file: in memory if there are few and the kernel has them, else read as the client takes them.

import Files
import HandlerKit

enum FileContent: Sendable {
    case memory([UInt8])
    case file(OpenFile)

    /// The largest file that is read at once.
    static let memoryLimit: UInt64 = 65_536

    /// Reads a small file that is in the page cache; never waits.
    init(_ file: OpenFile) throws(FileFailure) {
        guard file.status.size <= Self.memoryLimit, let bytes = try Self.read(file) else {
            self = .file(file)
            return
        }
        self = .memory(bytes)
    }

    /// All bytes of a file, nil if they are not in memory or not as many as its status says.
    private static func read(_ file: OpenFile) throws(FileFailure) -> [UInt8]? {
        let count = Int(file.status.size)
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            var span = bytes.mutableSpan
            var rest = span._mutatingExtracting(filled..<count)
            guard let got = try file.read(into: &rest, at: UInt64(filled)), got > 0 else { return nil }
            filled += got
        }
        return bytes
    }

    /// Whether the bytes are here already.
    var isInMemory: Bool {
        switch self {
        case .memory: true
        case .file: false
        }
    }

    /// The length in bytes.
    var length: UInt64 {
        switch self {
        case .memory(let bytes): UInt64(bytes.count)
        case .file(let file): file.status.size
        }
    }

    /// All of it.
    var whole: ResponseBody {
        switch self {
        case .memory(let bytes): .bytes(bytes)
        case .file(let file): .file(FileRegion(file, length: file.status.size))
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
        case .file(let file): .file(FileRegion(file, offset: part.lowerBound, length: UInt64(part.count)))
        }
    }
}
