// What a non-blocking operation came to. Would-block is a value here, never an error.

/// The outcome of one attempt at an operation that may have to wait for its descriptor.
///
/// `wantRead` and `wantWrite` are kept apart because a TLS read may have to write first, and the other way
/// round.
package enum Progress<Value> {
    /// The operation finished with this value.
    case done(Value)
    /// Try again when the descriptor is readable.
    case wantRead
    /// Try again when the descriptor is writable.
    case wantWrite
    /// The peer ended its side in good order; there will be no more bytes.
    case closed
}

extension Progress: Sendable where Value: Sendable {}
extension Progress: Equatable where Value: Equatable {}
