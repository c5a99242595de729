// A streamed body on HTTP/2: of a declared length, or ended by the stream.

import HTTPTypes
import HandlerKit

/// Where a handler's streamed body goes.
final class HTTP2BodySink: BodySink {
    private let exchange: HTTP2Exchange
    private var length: DeclaredLength

    init(_ exchange: HTTP2Exchange, length: UInt64?) {
        self.exchange = exchange
        self.length = DeclaredLength(length)
    }

    func write(_ bytes: [UInt8]) async throws(BodyFailure) {
        guard !bytes.isEmpty else { return }
        try length.take(bytes.count)
        guard await exchange.append(bytes) else {
            throw BodyFailure(.disconnected, context: "the stream was closed")
        }
    }

    /// Ends the body; one that is shorter than declared is an error.
    func finish() throws(BodyFailure) { try length.finish() }
}
