// The parts of a form as they come in a request's body.

import HTTPCore
import HandlerKit

/// Reads one part after another, and holds no more than one piece of the body.
struct MultipartReader {
    enum Event {
        case part(MultipartPart)
        case data(ArraySlice<UInt8>)
        case endOfPart
    }

    private let body: RequestBody
    private var decoder: MultipartDecoder
    private var rest: ArraySlice<UInt8> = []

    /// - Throws: ``HTTPCore/HTTPSyntaxError`` for a type without a boundary.
    init(_ body: RequestBody, _ type: MediaType, limits: MultipartLimits = MultipartLimits())
        throws(HTTPSyntaxError)
    {
        self.body = body
        decoder = try MultipartDecoder(type, limits: limits)
    }

    /// What comes next; nil after the last part, and not asked for again then.
    ///
    /// - Throws: ``HTTPCore/HTTPSyntaxError`` for a form that is malformed or ends too early, else as the body does.
    mutating func next() async throws -> Event? {
        while true {
            let waiting = rest
            switch try decoder.next(waiting.span) {
            case .needMore:
                guard let piece = try await body.next() else {
                    try decoder.finish()
                    return nil
                }
                rest = piece[...]
            case .end:
                // RFC 2046 §5.1.1: what follows the last boundary is ignored.
                while try await body.next() != nil {}
                return nil
            case .part(let part, let consumed):
                rest.removeFirst(consumed)
                return .part(part)
            case .data(let range):
                defer { rest.removeFirst(range.upperBound) }
                return .data(rest.prefix(range.upperBound))
            case .heldData(let bytes): return .data(bytes)
            case .endOfPart(let consumed):
                rest.removeFirst(consumed)
                return .endOfPart
            }
        }
    }
}
