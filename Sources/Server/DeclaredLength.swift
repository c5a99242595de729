// The length that a streamed body was declared with, held against what the handler writes.

import HandlerKit

/// What was written of a streamed body. More or less than was declared would garble what follows it.
struct DeclaredLength {
    /// nil if none was declared.
    private let length: UInt64?
    private(set) var written: UInt64 = 0

    init(_ length: UInt64?) { self.length = length }

    /// Takes note of bytes that are about to be sent.
    mutating func take(_ count: Int) throws(BodyFailure) {
        let sum = written + UInt64(count)
        if let length, sum > length {
            throw BodyFailure(.tooLarge, context: "the handler wrote more than it had declared")
        }
        written = sum
    }

    /// Takes note of the end.
    func finish() throws(BodyFailure) {
        guard let length, written < length else { return }
        throw BodyFailure(.malformed, context: "the handler wrote \(written) bytes of \(length)")
    }
}
