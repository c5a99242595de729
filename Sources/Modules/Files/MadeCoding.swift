// Files that are compressed as they are sent: text of some size, for clients that take it, and never in parts.

import Compression
import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Synchronization
import Threads

/// Which files are compressed as they are sent.
struct CompressionRule: Sendable {
    /// In bytes; what is smaller gains nothing.
    var minimum: UInt64 = 1_024

    /// The largest file, in bytes: what one request can cost is bounded.
    private static let maximum: UInt64 = 64 << 20

    /// The cheapest for what it gains first.
    static let codings = [ContentCoding.zstd, .brotli, .gzip]

    /// Whether it is for a file of a size and a content type.
    func applies(to size: UInt64, _ type: String) -> Bool {
        size >= minimum && size <= Self.maximum && Self.isText(type)
    }

    private static func isText(_ type: String) -> Bool {
        guard let type = MediaType(type) else { return false }
        if type.type == "text" || ["json", "xml", "javascript", "manifest+json"].contains(type.subtype) {
            return true
        }
        return type.subtype.hasSuffix("+json") || type.subtype.hasSuffix("+xml")
    }

    /// The coding that a request likes best; nil if it likes none better than the file itself.
    static func preferred(for request: Request) throws -> ContentCoding? {
        guard request.fields.contains(.acceptEncoding), !request.fields.contains(.range),
            try request.target.query.flatMap(FileRepresentation.prefix) == nil
        else { return nil }
        return AcceptEncoding(request.fields).preferred(of: codings.map(\.rawValue))
            .flatMap(ContentCoding.init)
    }
}

extension FileHandler {
    /// Compresses a file: at once if it is small, else as it is sent. Either is done where blocking is allowed.
    func compress(_ plain: FileRepresentation, _ coding: ContentCoding) async throws -> FileRepresentation {
        switch plain.content {
        case .memory(let bytes):
            let coded = try await blocking.run { coding.encode(bytes) }
            return FileRepresentation(plain, made: .memory(coded), coding: coding.rawValue)
        case .file(let region):
            return FileRepresentation(
                plain, made: .encoded(EncodedFile(region.file, coding, blocking)), coding: coding.rawValue)
        case .encoded: return plain
        }
    }
}

/// A file and the coding in which it is sent.
struct EncodedFile: Sendable {
    private let file: OpenFile
    private let coding: ContentCoding
    private let blocking: BlockingPool

    /// What is read and encoded in one go.
    private static let chunk = 256 * 1024

    init(_ file: OpenFile, _ coding: ContentCoding, _ blocking: BlockingPool) {
        self.file = file
        self.coding = coding
        self.blocking = blocking
    }

    /// - Throws: When the file was written to since it was opened.
    func send(to writer: BodyWriter) async throws {
        let encoder = SharedEncoder(coding)
        var region = FileRegion(file, length: file.status.size)
        while region.length > 0 {
            let before = region
            let (coded, rest) = try await blocking.run {
                var rest = before
                let bytes = try rest.readBlocking(atMost: Self.chunk)
                return (encoder.encoder.withLock { $0.encode(bytes) }, rest)
            }
            region = rest
            try await writer.write(coded)
        }
        // An encoder keeps up to a block back, and compresses it now.
        try await writer.write(try await blocking.run { encoder.encoder.withLock { $0.finish() } })
    }
}

/// An encoder that goes from one thread of the pool to another.
private final class SharedEncoder: Sendable {
    let encoder: Mutex<any ContentEncoder>

    init(_ coding: ContentCoding) {
        encoder = Mutex(coding.makeEncoder())
    }
}
