// The bytes of an upload on their way to the disk, which only the blocking pool waits for.

import Files
import HandlerKit
import Threads

/// Gathers what comes, and writes so much of it at once that the way to another thread costs little beside it.
struct UploadWriter {
    let file: NewFile
    private let blocking: BlockingPool
    private var pieces: [[UInt8]] = []
    private var gathered = 0
    /// How many bytes came.
    private(set) var count: UInt64 = 0

    private static let batchBytes = 512 * 1024
    /// A piece this small is put behind the last one, so that a client can't have each byte written by itself.
    private static let smallBytes = 4_096

    init(_ file: NewFile, _ blocking: BlockingPool) {
        self.file = file
        self.blocking = blocking
    }

    /// Takes the next bytes; waits for the disk from time to time.
    mutating func append(_ piece: [UInt8]) async throws {
        gather(piece)
        if gathered >= Self.batchBytes { try await flush() }
    }

    private mutating func gather(_ piece: [UInt8]) {
        count += UInt64(piece.count)
        gathered += piece.count
        if let last = pieces.indices.last, pieces[last].count < Self.smallBytes {
            pieces[last] += piece
        } else {
            pieces.append(piece)
        }
    }

    /// Writes what is left.
    mutating func flush() async throws {
        try await flush {}
    }

    /// Writes what is left, and goes on with the file on the same thread.
    mutating func flush<Result: Sendable>(_ next: @escaping @Sendable () throws -> Result) async throws
        -> Result
    {
        let waiting = pieces
        pieces = []
        gathered = 0
        return try await blocking.run { [file] in
            try file.append(waiting)
            return try next()
        }
    }
}
