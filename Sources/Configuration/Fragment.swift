// A piece of a line that knows where it stands.

/// Some characters of one line, and the place of the first.
struct Fragment: Sendable {
    let text: Substring
    let location: SourceLocation

    init(_ text: Substring, at location: SourceLocation) {
        self.text = text
        self.location = location
    }

    /// The place just after the last character.
    var end: SourceLocation { location.advanced(by: text.count) }

    /// Without the blanks on either side.
    var trimmed: Fragment {
        let start = text.prefix(while: \.isBlank).count
        var kept = text.dropFirst(start)
        while kept.last?.isBlank == true { kept.removeLast() }
        return Fragment(kept, at: location.advanced(by: start))
    }

    func dropFirst() -> Fragment { Fragment(text.dropFirst(), at: location.advanced(by: 1)) }

    func dropLast() -> Fragment { Fragment(text.dropLast(), at: location) }

    /// What stands before the first separator, and what stands after it.
    func split(where isSeparator: (Character) -> Bool) -> (Fragment, Fragment?) {
        guard let index = text.firstIndex(where: isSeparator) else { return (self, nil) }
        let head = Fragment(text[..<index], at: location)
        return (head, Fragment(text[text.index(after: index)...], at: head.end.advanced(by: 1)))
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

extension Character {
    /// A space or a tab: what separates words in a configuration file.
    var isBlank: Bool { self == " " || self == "\t" }
}
