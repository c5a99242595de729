// Short ways to feed the parser and the decoder: whole, split, or byte by byte.
import FuzzProperties
import HTTPCore
import HTTPTypes
import HTTPWire

/// Feeds `bytes` in pieces that end at `ends`, as a connection would; nil if the head is not complete.
func parse(_ bytes: [UInt8], ends: some Sequence<Int>, limits: HTTPLimits = HTTPLimits()) -> ParsedRequest? {
    let parsed = ParsedRequest(bytes, ends: ends, limits: limits)
    return parsed.head == nil && parsed.failure == nil ? nil : parsed
}

/// The head of a whole request.
func parse(_ text: String, limits: HTTPLimits = HTTPLimits()) throws(RequestFailure) -> ParsedHead? {
    var parser = RequestParser(limits: limits)
    guard case .head(let head, _) = try parser.parse(text.utf8.span) else { return nil }
    return head
}

/// The code with which a request is refused, nil if it is not.
func refusal(_ bytes: [UInt8], limits: HTTPLimits = HTTPLimits()) -> RequestFailure? {
    parse(bytes, ends: [bytes.count], limits: limits)?.failure
}

func refusal(_ text: String, limits: HTTPLimits = HTTPLimits()) -> RequestFailure? {
    refusal(Array(text.utf8), limits: limits)
}

/// Decodes `bytes` in pieces of at most `piece` bytes.
func decode(_ framing: BodyFraming, _ bytes: [UInt8], piece: Int, limits: HTTPLimits = HTTPLimits())
    -> DecodedContent
{
    DecodedContent(framing, bytes, piece: piece, limits: limits)
}
