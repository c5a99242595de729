// Owns entity tags and their two comparisons (RFC 9110 §8.8.3).

/// An entity tag, weak or strong.
public struct EntityTag: Sendable, Hashable {
    /// Whether it promises the same meaning only, not the same bytes.
    public let isWeak: Bool
    /// What stands between the quotes.
    public let opaque: String

    /// Makes a tag of `etagc` characters: no space, no control character, no quote.
    public init(_ opaque: String, isWeak: Bool = false) {
        precondition(Self.isOpaque(opaque), "an entity tag of \(opaque.debugDescription)")
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// Parses `"tag"` or `W/"tag"`; nil if it is neither.
    public init?(parsing text: Substring) {
        isWeak = text.utf8.starts(with: "W/".utf8)
        let quoted = text.utf8.dropFirst(isWeak ? 2 : 0)
        guard quoted.count >= 2, quoted.first == UInt8(ascii: "\""), quoted.last == UInt8(ascii: "\"") else {
            return nil
        }
        opaque = String(Substring(quoted.dropFirst().dropLast()))
        guard Self.isOpaque(opaque) else { return nil }
    }

    /// Whether both are strong and the same: what Range and If-Match need.
    public func matchesStrongly(_ other: EntityTag) -> Bool {
        !isWeak && !other.isWeak && opaque == other.opaque
    }

    /// Whether they are the same but for their strength: what If-None-Match needs.
    public func matchesWeakly(_ other: EntityTag) -> Bool { opaque == other.opaque }

    /// The tags of a list; what is not a tag is left out.
    public static func list(_ value: String) -> [EntityTag] {
        // Not FieldSyntax.list: a backslash in a tag escapes nothing.
        var tags: [EntityTag] = []
        var rest = value[...]
        while let opening = rest.utf8.firstIndex(of: UInt8(ascii: "\"")) {
            let afterOpening = rest.utf8.index(after: opening)
            guard let closing = rest[afterOpening...].utf8.firstIndex(of: UInt8(ascii: "\"")) else { break }
            let prefix = FieldSyntax.trimmed(rest[..<opening])
            let isWeak = prefix == "W/" || prefix.hasSuffix(",W/") || prefix.hasSuffix(" W/")
            let opaque = String(rest[afterOpening..<closing])
            if isOpaque(opaque) { tags.append(EntityTag(opaque, isWeak: isWeak)) }
            rest = rest[rest.utf8.index(after: closing)...]
        }
        return tags
    }

    private static func isOpaque(_ text: String) -> Bool {
        text.utf8.allSatisfy { ByteSet.entityTag.contains($0) || $0 >= 0x80 }
    }
}

extension EntityTag: CustomStringConvertible {
    /// The tag as it stands in a field.
    public var description: String { isWeak ? "W/\"\(opaque)\"" : "\"\(opaque)\"" }
}
