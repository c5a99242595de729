// A streamed body on HTTP/1.1: chunked, of a declared length, or ended by the connection.

import HTTPTypes
import HTTPWire
import HandlerKit

/// Where a handler's streamed body goes.
final class HTTP1BodySink: BodySink {
    private let connection: Connection
    private let framing: ResponseFraming
    /// The request's body, which the handler may read while it writes.
    private let incoming: IncomingBody?
    /// The response's head, until it leaves with the first bytes.
    private var pending: [UInt8]
    private var length: DeclaredLength
    /// Why the connection can't take more.
    private(set) var failure: ConnectionFailure?

    init(
        _ connection: Connection, _ framing: ResponseFraming, behind head: [UInt8], to incoming: IncomingBody?
    ) {
        self.connection = connection
        self.incoming = incoming
        self.framing = framing
        pending = head
        if case .length(let declared) = framing {
            length = DeclaredLength(declared)
        } else {
            length = DeclaredLength(nil)
        }
    }

    /// Bytes of the body that were sent.
    var sent: UInt64 { length.written }

    func write(_ bytes: [UInt8]) async throws(BodyFailure) {
        // Nothing but the head: there is no empty chunk but the last one.
        guard !bytes.isEmpty else { return try await flush() }
        try length.take(bytes.count)
        switch framing {
        case .chunked:
            ResponseEncoder.appendChunkHeader(bytes.count, to: &pending)
            pending.append(contentsOf: bytes)
            ResponseEncoder.appendChunkEnd(to: &pending)
        case .none, .length, .untilClose:
            pending.append(contentsOf: bytes)
        }
        try await flush()
    }

    /// Ends the body; one that is shorter than declared is an error.
    func finish(_ trailers: HTTPFields) async throws(BodyFailure) {
        try length.finish()
        if framing == .chunked { ResponseEncoder.appendLastChunk(trailers: trailers, to: &pending) }
        try await flush()
    }

    private func flush() async throws(BodyFailure) {
        // Some of what is pending was sent: to begin with it again would garble the body.
        if let failure { throw BodyFailure(.disconnected, context: failure.description) }
        guard !pending.isEmpty else { return }
        incoming?.isResponding = true
        do throws(ConnectionFailure) {
            try await connection.send(pending.span)
        } catch {
            failure = error
            throw BodyFailure(.disconnected, context: error.description)
        }
        pending.removeAll(keepingCapacity: true)
    }
}
