// A piece of a line that knows where it stands. It is cut between Unicode scalars: as a Character, a blank is one with a
// combining mark after it, and another than a blank.

/// Some characters of one line, and the place of the first.
struct Fragment: Sendable {
    let text: Substring
    let location: SourceLocation

    init(_ text: Substring, at location: SourceLocation) {
        self.text = text
        self.location = location
    }

    var scalars: Substring.UnicodeScalarView { text.unicodeScalars }

    /// The place just after the last character.
    var end: SourceLocation { location.advanced(by: text.count) }

    /// Without the blanks on either side.
    var trimmed: Fragment {
        let start = scalars.prefix(while: \.isBlank).count
        var kept = scalars.dropFirst(start)
        while kept.last?.isBlank == true { kept.removeLast() }
        return Fragment(Substring(kept), at: location.advanced(by: start))
    }

    func dropFirst() -> Fragment { Fragment(Substring(scalars.dropFirst()), at: location.advanced(by: 1)) }

    func dropLast() -> Fragment { Fragment(Substring(scalars.dropLast()), at: location) }

    /// What stands before the first separator, and what stands after it.
    func split(where isSeparator: (Unicode.Scalar) -> Bool) -> (Fragment, Fragment?) {
        guard let index = scalars.firstIndex(where: isSeparator) else { return (self, nil) }
        let head = Fragment(text[..<index], at: location)
        return (head, Fragment(text[scalars.index(after: index)...], at: head.end.advanced(by: 1)))
    }

    /// The words between blanks.
    var words: [Fragment] {
        var words: [Fragment] = []
        var rest: Fragment? = trimmed
        while let piece = rest?.trimmed, !piece.text.isEmpty {
            let (word, remainder) = piece.split(where: \.isBlank)
            words.append(word)
            rest = remainder
        }
        return words
    }
}

extension Unicode.Scalar {
    /// A space or a tab: what separates words in a configuration file.
    var isBlank: Bool { self == " " || self == "\t" }
}
