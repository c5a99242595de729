// Files that come in parts: what came of one is kept under a name that nothing serves, until the last of it is there.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit
import Threads

extension UploadHandler {
    /// Takes the part of a file that a Content-Range says (RFC 9110 §14.5).
    ///
    /// It has to begin where what came so far ends: at the end of the part that is kept, or of the file itself where
    /// files may be replaced; else the answer is 416 with that size. One at 0 begins anew. The last one, or one that
    /// names no size of the whole, gives the file its name; others are answered with 202. What came of one that was cut
    /// is kept.
    func takePart(_ name: UploadName, _ range: ContentRange, _ request: Request) async throws -> Response {
        guard let part = range.part else {
            let size = try await blocking.run { [folder] in try folder.sizeSoFar(of: name) }
            throw UploadFolder.unsatisfiable(size)
        }
        if let length = request.body.length, length != UInt64(part.count) { throw Self.otherLength }
        guard range.size ?? part.upperBound <= request.body.limit else { throw BodyFailure(.tooLarge) }
        let conditions = request.fields
        let file = try await openPart(of: name, at: part.lowerBound, conditions)
        let isLast = range.size ?? part.upperBound == part.upperBound
        do {
            var writer = UploadWriter(file, blocking)
            try await receive(request.body, part, &writer)
            if isLast {
                let saved = try await writer.flush { [folder] in
                    try folder.place(ReceivedFile(name: name, file: file), conditions)
                }
                return try answer(saved, to: request)
            }
            try await writer.flush { try file.synchronise() }
        } catch {
            if !(error is BodyFailure) { await discard([file]) }
            throw error
        }
        let page = PartPage(name: name.text, size: part.upperBound, of: range.size)
        return try .negotiated(page, for: request.fields, status: .accepted)
    }

    private func openPart(of name: UploadName, at offset: UInt64, _ conditions: HTTPFields) async throws
        -> NewFile
    {
        do {
            return try await blocking.run { [folder] in try folder.openPart(of: name, at: offset, conditions)
            }
        } catch let failure as FileFailure where failure.code == .wouldBlock {
            throw HandlerFailure(
                .conflict, "Another request is sending this file.", fields: [.retryAfter: "5"])
        }
    }

    /// Reads exactly as many bytes as the part has.
    private func receive(_ body: RequestBody, _ part: Range<UInt64>, _ writer: inout UploadWriter)
        async throws
    {
        do {
            while let piece = try await body.next() {
                guard writer.count + UInt64(piece.count) <= UInt64(part.count) else { throw Self.otherLength }
                try await writer.append(piece)
            }
        } catch let failure as BodyFailure {
            try await keep(&writer, part, failure)
            throw failure
        }
        guard writer.count == UInt64(part.count) else { throw Self.otherLength }
    }

    /// Keeps what came of a part that was cut; of one that is malformed nothing can be trusted.
    private func keep(_ writer: inout UploadWriter, _ part: Range<UInt64>, _ failure: BodyFailure)
        async throws
    {
        let isCut = failure.code == .timedOut || failure.code == .disconnected
        let file = writer.file
        try await writer.flush { if !isCut { try file.truncate(to: part.lowerBound) } }
    }

    private static let otherLength = HandlerFailure(
        .badRequest, "The content is not as long as its Content-Range says.")
}

extension UploadFolder {
    /// Opens what came so far of a file, if it ends at `offset`.
    func openPart(of name: UploadName, at offset: UInt64, _ conditions: HTTPFields) throws -> NewFile {
        guard name.bytes.count <= NewFile.mostBytesOfPartsName else {
            throw HandlerFailure(
                .badRequest,
                "The name of a file that comes in parts has \(NewFile.mostBytesOfPartsName) bytes at the most."
            )
        }
        try check(try look(at: name), conditions)
        if offset == 0 { try removeLeftovers() }
        let part = try root.openPartBlocking(of: name.bytes)
        let size = try part.status().size
        if offset == 0 {
            try part.truncate(to: 0)
        } else if offset != size {
            try beginPart(part, of: name, at: offset, size)
        }
        return part
    }

    /// Begins a part with the file that has the name, if that ends at `offset`.
    private func beginPart(_ part: NewFile, of name: UploadName, at offset: UInt64, _ size: UInt64) throws {
        guard let file = try present(name), file.status.size == offset else {
            if size == 0 { part.discard() }
            throw Self.unsatisfiable(try sizeSoFar(of: name))
        }
        do {
            try part.truncate(to: 0)
            var copied: UInt64 = 0
            while copied < offset {
                let bytes = try file.readBlocking(count: Int(min(offset - copied, 1 << 20)), at: copied)
                guard !bytes.isEmpty else { throw Self.unsatisfiable(copied) }
                try part.append(bytes)
                copied += UInt64(bytes.count)
            }
        } catch {
            part.discard()
            throw error
        }
    }

    /// How many bytes of a file are there, of its part if it has one.
    func sizeSoFar(of name: UploadName) throws -> UInt64 {
        if name.bytes.count <= NewFile.mostBytesOfPartsName,
            let part = try root.partStatusBlocking(of: name.bytes)
        {
            return part.size
        }
        return try present(name)?.status.size ?? 0
    }

    /// The file of a name, where one may be appended to.
    private func present(_ name: UploadName) throws(FileFailure) -> OpenFile? {
        guard taken == .replace else { return nil }
        do throws(FileFailure) {
            let file = try root.open(name.bytes.span, links: .none, mayBlock: true)
            return file.status.kind == .regular ? file : nil
        } catch  where error.code == .notFound || error.code == .notRegular {
            return nil
        }
    }

    static func unsatisfiable(_ size: UInt64) -> HandlerFailure {
        HandlerFailure(
            .rangeNotSatisfiable,
            "There are \(size) bytes of the file, and the part has to begin behind them.",
            fields: [.contentRange: ByteRangeRequest.unsatisfiedContentRange(size: size)])
    }
}
