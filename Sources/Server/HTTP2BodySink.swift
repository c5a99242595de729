// A streamed body on HTTP/2: of a declared length, or ended by the stream.

import HTTPTypes
import HandlerKit

/// Where a handler's streamed body goes.
final class HTTP2BodySink: BodySink {
    private let exchange: HTTP2Exchange
    private let length: UInt64?
    private var sent: UInt64 = 0

    init(_ exchange: HTTP2Exchange, length: UInt64?) {
        self.exchange = exchange
        self.length = length
    }

    func write(_ bytes: [UInt8]) async throws(BodyFailure) {
        guard !bytes.isEmpty else { return }
        if let length, sent + UInt64(bytes.count) > length {
            throw BodyFailure(.tooLarge, context: "the handler wrote more than it had declared")
        }
        sent += UInt64(bytes.count)
        guard await exchange.append(bytes) else {
            throw BodyFailure(.disconnected, context: "the stream was closed")
        }
    }

    /// Ends the body; one that is shorter than declared is an error.
    func finish() throws(BodyFailure) {
        guard let length, sent < length else { return }
        throw BodyFailure(.malformed, context: "the handler wrote \(sent) bytes of \(length)")
    }
}
