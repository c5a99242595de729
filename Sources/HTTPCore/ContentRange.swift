// Owns the Content-Range of a request (RFC 9110 §14.4, §14.5): which part of a file its content is.

/// What a Content-Range field says of the content beside it.
public struct ContentRange: Sendable, Hashable {
    /// The bytes that the content is, never none; nil in the form `bytes */SIZE`, which comes with no content.
    public let part: Range<UInt64>?
    /// The size of the whole in bytes; nil where it says `*`.
    public let size: UInt64?

    /// Parses `bytes FIRST-LAST/SIZE`, `bytes FIRST-LAST/*` or `bytes */SIZE`; nil if it is none of these, or a part
    /// that does not lie within the whole. `bytes */*`, which the grammar does not have, says nothing and is taken.
    public init?(_ value: String) {
        let words = value.split(separator: " ")
        guard words.count == 2, FieldSyntax.equalIgnoringCase(words[0], "bytes") else { return nil }
        let sides = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        size = ContentLength.parse(sides[1].utf8.span)
        guard size != nil || sides[1] == "*" else { return nil }
        if sides[0] == "*" {
            part = nil
            return
        }
        let ends = sides[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = ContentLength.parse(ends[0].utf8.span),
            let last = ContentLength.parse(ends[1].utf8.span),
            first <= last, last < size ?? .max
        else { return nil }
        part = first..<(last + 1)
    }
}
