// Owns how the tests feed the parser and the decoder: whole, split, or byte by byte.
import HTTPCore
import HTTPTypes
import HTTPWire

/// What parsing a request amounted to, flattened so that two ways of feeding it can be compared.
struct Parsed: Equatable {
    var head: String?
    var failure: RequestFailure?
    var consumed = 0

    init(_ head: ParsedHead, consumed: Int) {
        let fields = head.request.headerFields.map { "\($0.name.rawName): \($0.value)" }
        self.head = """
            \(head.request.method) \(head.request.path ?? "") \(head.target.path) \(head.version) \(head.framing) \
            \(head.keepAlive) \(head.expectsContinue) \(head.request.authority ?? "-") \(fields)
            """
        self.consumed = consumed
    }

    init(_ failure: RequestFailure) { self.failure = failure }
}

/// Feeds `bytes` in pieces that end at `ends`, as a connection would; nil if the head is not complete.
func parse(_ bytes: [UInt8], ends: some Sequence<Int>, limits: HTTPLimits = HTTPLimits()) -> Parsed? {
    var parser = RequestParser(limits: limits)
    for end in ends {
        do throws(RequestFailure) {
            if case .head(let head, let consumed) = try parser.parse(bytes.span.extracting(0..<end)) {
                return Parsed(head, consumed: consumed)
            }
        } catch {
            return Parsed(error)
        }
    }
    return nil
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

/// Content as it came out of the decoder.
struct Decoded: Equatable {
    var data: [UInt8] = []
    var trailers: HTTPFields?
    var consumed = 0
    var failure: RequestFailure?
}

/// Decodes `bytes` in pieces of at most `piece` bytes.
func decode(_ framing: BodyFraming, _ bytes: [UInt8], piece: Int, limits: HTTPLimits = HTTPLimits())
    -> Decoded
{
    var decoder = BodyDecoder(framing, limits: limits)
    var result = Decoded()
    var end = 0
    while true {
        do throws(RequestFailure) {
            switch try decoder.next(bytes.span.extracting(result.consumed..<end)) {
            case .needMore(let consumed):
                result.consumed += consumed
                if end == bytes.count { return result }
                end = min(end + piece, bytes.count)
            case .data(let range):
                result.data +=
                    bytes[result.consumed..<end][
                        (result.consumed + range.lowerBound)..<(result.consumed + range.upperBound)]
                result.consumed += range.upperBound
            case .end(let trailers, let consumed):
                result.trailers = trailers
                result.consumed += consumed
                return result
            }
        } catch {
            result.failure = error
            return result
        }
    }
}
