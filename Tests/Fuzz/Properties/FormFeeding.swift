// Owns how forms are fed to the decoder: whole, split, or byte by byte.
import HTTPCore

/// What decoding a form amounted to, so that two ways of feeding it can be compared.
package struct DecodedForm: Equatable {
    /// A part and its data.
    package struct Part: Equatable {
        package let part: MultipartPart
        package var data: [UInt8] = []
        package var hasEnded = false
    }

    package var parts: [Part] = []
    package var failure: HTTPSyntaxError?
    package var consumed = 0

    /// Decodes `bytes` in pieces that end at `ends`.
    package init(
        _ bytes: [UInt8], boundary: String, ends: some Sequence<Int>,
        limits: MultipartLimits = MultipartLimits()
    ) {
        do {
            var decoder = try MultipartDecoder(boundary: boundary, limits: limits)
            for end in ends {
                while try take(decoder.next(bytes.span.extracting(consumed..<end)), from: bytes) {}
            }
            try decoder.finish()
        } catch {
            failure = error
        }
    }

    /// Takes one event; false if it is the last one of a piece.
    private mutating func take(_ event: MultipartEvent, from bytes: [UInt8]) -> Bool {
        switch event {
        case .needMore(let count):
            consumed += count
            return false
        case .end(let count):
            consumed += count
            return false
        case .part(let part, let count):
            parts.append(Part(part: part))
            consumed += count
        case .data(let range):
            parts[parts.count - 1].data +=
                bytes[(consumed + range.lowerBound)..<(consumed + range.upperBound)]
            consumed += range.upperBound
        case .heldData(let held): parts[parts.count - 1].data += held
        case .endOfPart(let count):
            parts[parts.count - 1].hasEnded = true
            consumed += count
        }
        return true
    }
}
