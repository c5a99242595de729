// A response: a head and where its body comes from. A value, so that there can't be two for one request.

import Files
import HTTPTypes

/// What a handler answers.
///
/// The server adds what belongs to the connection: `Date`, `Server`, `Content-Length` or
/// `Transfer-Encoding`, `Connection`. A handler must not set these.
public struct Response {
    /// The status; a final one, 200 to 599.
    public var status: HTTPResponse.Status
    /// The fields.
    public var fields: ResponseFields
    /// The body.
    public var body: ResponseBody

    /// Makes a response of its parts.
    public init(
        _ status: HTTPResponse.Status = .ok, fields: ResponseFields = [:], body: ResponseBody = .empty
    ) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// A response of text, as `text/plain` in UTF-8 unless said otherwise.
    public static func text(
        _ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(status, fields: [.contentType: type], body: .bytes(Array(text.utf8)))
    }

    /// Status and fields as the ecosystem's own type.
    public var head: HTTPResponse { HTTPResponse(status: status, headerFields: fields.valid) }
}

/// Where a response's body comes from.
public enum ResponseBody {
    /// No body: `Content-Length: 0`, or none where the status forbids one.
    case empty
    /// Bytes in memory.
    case bytes([UInt8])
    /// A part of a file; read as the client takes it.
    case file(FileRegion)
    /// Several pieces in a row, with a known length in all (`multipart/byteranges`, say).
    case pieces([ResponsePiece])
    /// Bytes that are made on the way.
    ///
    /// With a length it is sent as `Content-Length`, and writing more or less aborts the transfer. Without one
    /// the body is chunked (HTTP/1.0: ended by the connection). The closure returns trailer fields or nil. An
    /// error in it aborts the transfer where the client can see it.
    case stream(length: UInt64?, _ write: (BodyWriter) async throws -> HTTPFields?)

    /// The body's length in bytes, when it is known before the body is sent.
    public var length: UInt64? {
        switch self {
        case .empty: 0
        case .bytes(let bytes): UInt64(bytes.count)
        case .file(let region): region.length
        case .pieces(let pieces): pieces.reduce(0) { $0 + $1.length }
        case .stream(let length, _): length
        }
    }
}

extension ResponseBody {
    /// What it consists of; nil for a stream.
    package var pieces: [ResponsePiece]? {
        switch self {
        case .empty: []
        case .bytes(let bytes): [.bytes(bytes)]
        case .file(let region): [.file(region)]
        case .pieces(let pieces): pieces
        case .stream: nil
        }
    }
}

/// One of several pieces of a body.
public enum ResponsePiece {
    /// Bytes in memory.
    case bytes([UInt8])
    /// A part of a file.
    case file(FileRegion)

    /// The piece's length in bytes.
    public var length: UInt64 {
        switch self {
        case .bytes(let bytes): UInt64(bytes.count)
        case .file(let region): region.length
        }
    }
}

/// A part of an open file.
public struct FileRegion: Sendable {
    /// The file; it stays open as long as the region lives.
    public let file: OpenFile
    /// Where the part begins, in bytes.
    public let offset: UInt64
    /// How long it is, in bytes.
    public let length: UInt64

    /// Makes a part; it must lie within the file.
    public init(_ file: OpenFile, offset: UInt64 = 0, length: UInt64) {
        self.file = file
        self.offset = offset
        self.length = length
    }
}

extension FileRegion {
    /// Reads the next bytes, waiting for the disk if need be, and takes them off the part.
    ///
    /// - Returns: at least one byte of a part that is not empty.
    /// - Throws: ``FileFailure``, as ``take(_:)`` does too.
    package mutating func readBlocking(atMost limit: Int) throws(FileFailure) -> [UInt8] {
        let bytes = try file.readBlocking(count: Int(min(UInt64(limit), length)), at: offset)
        try take(bytes.count)
        return bytes
    }

    /// Takes bytes off the part that were just read.
    ///
    /// - Throws: ``FileFailure`` if there were none, or the file was written to since it was opened: what was read before
    ///   would not belong to the rest.
    package mutating func take(_ count: Int) throws(FileFailure) {
        // Looked at after the reading: what changes from now on is not in these bytes.
        guard count > 0, !file.hasChanged else {
            throw FileFailure(.other, context: "the file was written to or became shorter while it was sent")
        }
        self = FileRegion(file, offset: offset + UInt64(count), length: length - UInt64(count))
    }
}

/// Where the bytes of a streamed body go: a connection, a stream, or an array in a test.
public protocol BodySink: AnyObject {
    /// Takes bytes; suspends while the client does not read.
    func write(_ bytes: [UInt8]) async throws(BodyFailure)
}

/// The writing end of a streamed body.
public struct BodyWriter {
    private let sink: any BodySink

    /// Makes a writing end of whatever takes the bytes.
    public init(_ sink: any BodySink) {
        self.sink = sink
    }

    /// Sends bytes; suspends while the client does not read, so that memory stays bounded.
    ///
    /// The response's head leaves with the first ones: write none to have it leave before there are any.
    ///
    /// - Throws: ``BodyFailure`` when the client went away or reads too slowly: stop and let it through.
    public func write(_ bytes: [UInt8]) async throws(BodyFailure) {
        try await sink.write(bytes)
    }

    /// Sends text as UTF-8.
    public func write(_ text: String) async throws(BodyFailure) {
        try await sink.write(Array(text.utf8))
    }
}
