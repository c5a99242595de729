// A response on HTTP/1.1: head and body in as few writes as can be, and never a short body that looks whole.

import HTTPCore
import HTTPTypes
import HTTPWire
import HandlerKit
import Reactor
import Sockets
import Threads

/// How the sending of a response ended.
struct ResponseOutcome {
    /// Whether a next request can follow.
    var keepAlive: Bool
    /// Bytes of the body that were sent.
    var bodyBytes: UInt64
    /// Whether the body was cut short.
    var isAborted: Bool
    /// Whether it was short enough to leave at once, so that none of it waits for the client to read.
    var leftAtOnce = false
}

/// Sends one response.
struct HTTP1ResponseWriter {
    private let connection: Connection
    private let context: ResponseContext
    /// The body of the request, for a response that is made while it is read.
    private let incoming: IncomingBody?

    /// A body of so many bytes leaves together with its head, in one record and one system call.
    private static let joinedBytes = 15 * 1024

    init(
        _ connection: Connection, _ context: ResponseContext,
        to incoming: IncomingBody? = nil
    ) {
        self.connection = connection
        self.context = context
        self.incoming = incoming
    }

    private var worker: Worker { connection.worker }

    /// Sends head and body.
    ///
    /// - Parameter onError: told of an error of the handler that cut the body short.
    /// - Throws: ``ConnectionFailure``; `.aborted` after a body that was cut short.
    func write(
        _ response: Response, onError: (any Error) -> Void
    ) async throws(ConnectionFailure) -> ResponseOutcome {
        var output = worker.buffers.takeOutput()
        defer { worker.buffers.giveBackOutput(output) }
        let plan: ResponsePlan
        do throws(ResponseFailure) {
            plan = try appendHead(response, to: &output)
        } catch {
            onError(error)
            throw ConnectionFailure(.aborted, "the handler's response can't be sent")
        }
        guard let joined = try await join(response.body, plan, to: &output, onError: onError) else {
            let sent = try await writeBody(response.body, plan, behind: output, onError: onError)
            return ResponseOutcome(keepAlive: plan.keepAlive, bodyBytes: sent, isAborted: false)
        }
        // With nothing left to read, the end of the connection follows at once: both leave in one packet.
        if !plan.keepAlive, incoming == nil { connection.socket.announce(more: true) }
        let count = try connection.sendAtOnce(output.span)
        if count < output.count { try await connection.send(output.span.extracting(count...)) }
        return ResponseOutcome(
            keepAlive: plan.keepAlive, bodyBytes: joined, isAborted: false, leftAtOnce: count == output.count)
    }

    /// Appends a body that may leave together with its head.
    ///
    /// - Returns: its length; nil when it has to be sent by itself.
    private func join(
        _ body: ResponseBody, _ plan: ResponsePlan, to output: inout [UInt8], onError: (any Error) -> Void
    ) async throws(ConnectionFailure) -> UInt64? {
        guard plan.hasContent else { return 0 }
        guard let length = body.length, UInt64(output.count) + length <= Self.joinedBytes else { return nil }
        switch body {
        case .bytes(let bytes): output.append(contentsOf: bytes)
        case .file(let region): try await append(region, to: &output, onError: onError)
        case .empty, .pieces, .stream: return nil
        }
        return length
    }

    private func append(
        _ region: FileRegion, to output: inout [UInt8], onError: (any Error) -> Void
    ) async throws(ConnectionFailure) {
        var chunk = worker.buffers.takeChunk()
        defer { worker.buffers.giveBackChunk(chunk) }
        var rest = region
        while rest.length > 0 {
            let got = try await readNext(of: &rest, into: &chunk, onError: onError)
            output.append(contentsOf: chunk[0..<got])
        }
    }

    private func appendHead(_ response: Response, to output: inout [UInt8]) throws(ResponseFailure)
        -> ResponsePlan
    {
        try ResponseEncoder.appendHead(
            response.status, response.fields.others, behind: response.fields.encoding,
            content: response.body.length.map { .length($0) } ?? .stream,
            context: context, server: worker.serverFields, to: &output)
    }

    private func writeBody(
        _ body: ResponseBody, _ plan: ResponsePlan, behind head: [UInt8], onError: (any Error) -> Void
    ) async throws(ConnectionFailure) -> UInt64 {
        if case .stream(_, let write) = body {
            let sink = HTTP1BodySink(connection, plan.framing, behind: head, to: incoming)
            return try await stream(write, to: sink, onError: onError)
        }
        try await connection.send(head.span)
        switch body {
        case .empty, .stream: break
        case .bytes(let bytes): try await connection.send(bytes.span)
        case .file(let region): try await write(region, onError: onError)
        case .pieces(let pieces): try await write(pieces, onError: onError)
        }
        return body.length ?? 0
    }

    private func write(
        _ pieces: [ResponsePiece], onError: (any Error) -> Void
    ) async throws(ConnectionFailure) {
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): try await connection.send(bytes.span)
            case .file(let region): try await write(region, onError: onError)
            }
        }
    }

    /// Sends a part of a file; one that has become shorter meanwhile is cut short visibly.
    private func write(_ region: FileRegion, onError: (any Error) -> Void) async throws(ConnectionFailure) {
        var rest = region
        try await connection.sendInKernel(&rest)
        guard rest.length > 0 else { return }
        var chunk = worker.buffers.takeChunk()
        defer { worker.buffers.giveBackChunk(chunk) }
        while rest.length > 0 {
            let got = try await readNext(of: &rest, into: &chunk, onError: onError)
            try await connection.send(chunk.span.extracting(0..<got))
            try await connection.sendInKernel(&rest)
        }
    }

    private func readNext(
        of region: inout FileRegion, into chunk: inout [UInt8], onError: (any Error) -> Void
    ) async throws(ConnectionFailure) -> Int {
        do {
            return try await worker.readNext(of: &region, into: &chunk)
        } catch {
            onError(error)
            throw ConnectionFailure(.aborted, "a file can't be read")
        }
    }

    private func stream(
        _ write: (BodyWriter) async throws -> HTTPFields?, to sink: HTTP1BodySink,
        onError: (any Error) -> Void
    ) async throws(ConnectionFailure) -> UInt64 {
        do {
            let trailers = try await write(BodyWriter(sink))
            try await sink.finish(trailers ?? [:])
        } catch {
            if sink.failure == nil { onError(error) }
            throw sink.failure ?? ConnectionFailure(.aborted, "the handler failed in mid body")
        }
        return sink.sent
    }
}
