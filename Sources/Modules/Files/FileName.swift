// A file's name as keys go by it: in lower case, by its suffixes.

/// A name without its folder, in lower case, as text.
struct FileName {
    let text: String

    init(_ name: some Sequence<UInt8>) {
        text = String(decoding: Array(name), as: UTF8.self).lowercased()
    }

    /// What follows each dot, the longest first: `tar.gz` before `gz`.
    var suffixes: some Sequence<String> {
        sequence(state: text[...]) { rest in
            guard let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
            rest = rest[rest.utf8.index(after: dot)...]
            return String(rest)
        }
    }
}

extension Sequence {
    /// The first result that is not nil.
    func firstNonNil<Result>(_ transform: (Element) -> Result?) -> Result? {
        for element in self {
            if let result = transform(element) { return result }
        }
        return nil
    }
}

extension [UInt8] {
    /// The last name of a path.
    var lastName: ArraySlice<UInt8> { self[(lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...] }
}
