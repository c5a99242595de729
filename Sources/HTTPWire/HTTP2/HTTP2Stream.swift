// Owns what is known of one stream: content that came and was not read yet, content that is to go.
import HTTPTypes

/// A stream: one request and its response (RFC 9113 §5).
package final class HTTP2Stream {
    // Unchecked exclusivity: one thread, and no access is held over a call that could come back here.

    /// The number that its frames bear.
    package let id: Int32
    /// Where it stands among the open streams.
    @safe @exclusivity(unchecked) var place = 0
    @usableFromInline @safe @exclusivity(unchecked) var server: AnyObject?

    /// Content that has come and was not taken yet.
    @safe @exclusivity(unchecked) var inbox: [UInt8] = []
    /// Whether the client has ended its side.
    @safe @exclusivity(unchecked) package internal(set) var isEnded = false
    /// The fields after the content, once it has ended.
    @safe @exclusivity(unchecked) package internal(set) var trailers: HTTPFields?
    /// What Content-Length says; nil when it says nothing.
    @safe @exclusivity(unchecked) var declared: UInt64?
    /// Bytes of content that have come.
    @safe @exclusivity(unchecked) var received: UInt64 = 0

    /// Content on its way out, of which ``sent`` tells how much has gone.
    @safe @exclusivity(unchecked) var outbox: [UInt8] = []
    @safe @exclusivity(unchecked) var outboxStart = 0
    /// Whether nothing will be added to the outbox.
    @safe @exclusivity(unchecked) var isOutboxComplete = false
    /// Fields to be sent after the content.
    @safe @exclusivity(unchecked) var trailersToSend = HTTPFields()
    /// Whether nghttp2 was told that there is nothing to send for now.
    @safe @exclusivity(unchecked) var isDeferred = false
    /// Whether the response's head has been handed over.
    @safe @exclusivity(unchecked) package internal(set) var isAnswered = false
    @usableFromInline @safe @exclusivity(unchecked) var framed: UInt64 = 0
    @usableFromInline @safe @exclusivity(unchecked) var isFramed = false
    @usableFromInline @safe @exclusivity(unchecked) var isGone = false
    /// Whether the stream ended with an error, before both sides had said all.
    @safe @exclusivity(unchecked) package internal(set) var isReset = false
    /// Whether this side has reset it, which no limit counts.
    @safe @exclusivity(unchecked) var isResetByUs = false

    init(_ id: Int32) { self.id = id }

    // Computed: other modules would check a stored property's exclusivity all the same.

    /// Whatever serves the stream, for whoever finds the stream in an event.
    @inlinable package var owner: AnyObject? {
        get { server }
        set { server = newValue }
    }
    /// Bytes of the response's content that have been framed.
    @inlinable package var sent: UInt64 { framed }
    /// Whether the end of the response has been framed.
    @inlinable package var isSent: Bool { isFramed }
    /// Whether the stream is no more.
    @inlinable package var isClosed: Bool { isGone }

    /// Whether content waits to be taken.
    package var hasContent: Bool { !inbox.isEmpty }

    /// Bytes that wait to be sent, or to be allowed to.
    package var backlog: Int { outbox.count - outboxStart }
}

/// What happened on a connection while it was fed, or while it made output.
package enum HTTP2Event {
    /// A request is here, perhaps before its content.
    case request(HTTP2Stream, ParsedHead)
    /// A request that is answered with an error, whatever it asks for.
    case refused(HTTP2Stream, RequestFailure)
    /// Content, its end, or the fields after it.
    case received(HTTP2Stream)
    /// All that was to go has been framed, and there may be more.
    case drained(HTTP2Stream)
    /// The whole response has been framed, and the request has not ended: what follows of it nobody reads.
    ///
    /// Reset the stream with `noError` then (RFC 9113 §8.1), but not in the record that has the response: curl 7.88
    /// forgets a response that comes together with the reset.
    case answeredEarly(HTTP2Stream)
    /// The stream is no more; it is forgotten after this.
    case closed(HTTP2Stream)
    /// A message broke the rules of RFC 9113 §8; its stream was reset.
    case malformed(HTTP2Stream, reason: String)
}
