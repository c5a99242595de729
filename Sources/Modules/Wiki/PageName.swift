// The rule for a page's name: what may stand in an address, a file's name and a reference without being encoded.

/// The name of a wiki page: 1 to 100 ASCII letters, digits, `-` and `_`, of which the first is a letter or digit.
struct PageName: Sendable, Hashable, CustomStringConvertible {
    let description: String

    /// A name that keeps the rule; nil of another.
    init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...100).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
            )
        else { return nil }
        description = String(text)
    }

    /// The rule for whoever broke it.
    static let rule =
        "A page's name has 1 to 100 letters (A to Z), digits, - and _, and begins with a letter or digit."
    /// The rule for a browser, which checks a field by it.
    static let pattern = "[A-Za-z0-9][A-Za-z0-9_\\-]{0,99}"

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

extension PageName: Comparable {
    /// Without regard to case, then by the bytes.
    static func < (one: PageName, other: PageName) -> Bool {
        (one.description.lowercased(), one.description) < (other.description.lowercased(), other.description)
    }
}
