// Owns the delimiting of a request's content (RFC 9112 §6.3, §7.1). It copies nothing but trailers: what it
// finds are ranges in the caller's bytes, and between calls it keeps a state, never a span.
import HTTPTypes

/// What the decoder found in the bytes that it was given.
package enum BodyEvent: Sendable {
    /// Drop `consumed` bytes, which is all of them, and read more.
    case needMore(consumed: Int)
    /// This range of the input is content; what lies before its upper bound is consumed. Call again with the
    /// rest.
    case data(Range<Int>)
    /// The content is complete after `consumed` bytes of the input; a next request may follow.
    case end(trailers: HTTPFields, consumed: Int)
}

/// Finds the content of one request in what follows its head.
package struct BodyDecoder: Sendable {
    private enum State {
        case length(UInt64)
        case chunked(ChunkedDecoder)
    }

    private var state: State

    /// Makes a decoder for content of that framing; `limits` bound its trailer section.
    package init(_ framing: BodyFraming, limits: HTTPLimits = HTTPLimits()) {
        state =
            switch framing {
            case .none: .length(0)
            case .length(let length): .length(length)
            case .chunked: .chunked(ChunkedDecoder(limits: limits))
            }
    }

    /// Looks at what comes next; `input` starts where the event before said. May be called with no bytes.
    /// - Throws: why the content is refused; the connection cannot go on.
    package mutating func next(_ input: Span<UInt8>) throws(RequestFailure) -> BodyEvent {
        switch state {
        case .length(0):
            return .end(trailers: HTTPFields(), consumed: 0)
        case .length(let remaining):
            guard !input.isEmpty else { return .needMore(consumed: 0) }
            let count = Int(min(UInt64(input.count), remaining))
            state = .length(remaining - UInt64(count))
            return .data(0..<count)
        case .chunked(var decoder):
            state = .length(0)
            let event = try decoder.next(input)
            state = .chunked(decoder)
            return event
        }
    }
}
