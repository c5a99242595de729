// Markdown to HTML: whatever the text, the page it stands in keeps its shape.
#if TESTABLE
@testable import Markdown

extension FuzzTarget {
    /// The input is a text.
    static let markdown = FuzzTarget("markdown") { input in
        let text = String(decoding: input, as: UTF8.self)
        var names: [String] = []
        let html = Markdown.html(text) { name in
            names.append(name)
            return target(name)
        }
        var page = WellFormedFragment()
        try page.read(html)
        for name in names {
            try require(
                !name.contains("[[") && !name.contains("]]") && !name.contains("\n"), "a name: \(name)")
        }
        try require(Markdown.references(in: text), equals: names, "the names")
        let referenced = names.count { target($0) != nil }
        try require(page.classes.count { $0 == "absent" } <= referenced, "more references than names")
        if !text.utf8.contains(UInt8(ascii: "!")) {
            try require(page.classes.count { $0 == "absent" }, equals: referenced, "references in \(html)")
        }
        try isTakenApart(text)
    }

    private static func target(_ name: String) -> Markdown.Target? {
        name.utf8.contains(UInt8(ascii: " ")) ? nil : Markdown.Target("/a", styleClass: "absent")
    }

    /// The pieces of a text are the text.
    private static func isTakenApart(_ text: String) throws(Violation) {
        let pieces = ReferencePiece.split(text, target)
        guard !pieces.isEmpty else { return }
        let whole = pieces.map { $0.target == nil ? $0.text : "[[\($0.text)]]" }.joined()
        try require(Array(whole.utf8), equals: Array(text.utf8), "the pieces of a text")
        try require(!pieces.contains { $0.text.isEmpty && $0.target == nil }, "an empty piece")
    }
}

/// HTML whose elements are of a few kinds and end in the order in which they begin.
private struct WellFormedFragment {
    /// The values of all attributes `class`.
    private(set) var classes: [String] = []
    private var open: [String] = []
    private var rest: Substring.UTF8View = ""[...].utf8

    private static let elements: Set = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "pre", "code", "em",
        "strong",
        "del", "a", "table", "thead", "tbody", "tr", "th", "td", "span",
    ]
    private static let voidElements: Set = ["img", "br", "hr", "input"]
    private static let attributes: Set = [
        "href", "title", "src", "alt", "class", "start", "align", "type", "checked", "disabled",
    ]

    mutating func read(_ html: String) throws(Violation) {
        rest = html[...].utf8
        while !rest.isEmpty {
            _ = take(until: "<")
            guard take("<") else { break }
            if take("!-- raw HTML omitted -->") { continue }
            if take("/") {
                let name = take(until: ">")
                try require(open.popLast(), equals: name, "the element that ends in \(html)")
                try require(take(">"), "the end of \(name)")
            } else {
                try readElement(html)
            }
        }
        try require(open, equals: [], "what is left open in \(html)")
    }

    private mutating func readElement(_ html: String) throws(Violation) {
        let name = takeName()
        try require(
            Self.elements.contains(name) || Self.voidElements.contains(name),
            "the element '\(name)' in \(html)")
        try require(name != "a" || !open.contains("a"), "a link in a link: \(html)")
        while take(" "), !take("/") {
            let attribute = takeName()
            try require(Self.attributes.contains(attribute), "the attribute '\(attribute)' in \(html)")
            try require(take("=\""), "the value of \(attribute) in \(html)")
            let value = take(until: "\"")
            try require(take("\""), "the end of \(attribute) in \(html)")
            try require(!value.contains("<"), "an element in \(attribute): \(html)")
            if attribute == "class" { classes.append(value) }
            if attribute == "href" || attribute == "src" { try isHarmless(value) }
        }
        try require(take(">"), "the end of '\(name)' in \(html)")
        if !Self.voidElements.contains(name) { open.append(name) }
    }

    /// A browser passes over control characters and blanks in front.
    private func isHarmless(_ address: String) throws(Violation) {
        let start = address.unicodeScalars.drop { $0.value <= 0x20 }
        // Without a colon there is no scheme: it is a name in the same folder.
        guard let colon = start.firstIndex(of: ":") else { return }
        let scheme = String(start[..<colon]).lowercased()
        try require(!["javascript", "vbscript"].contains(scheme), "the address \(address)")
    }

    private mutating func takeName() -> String {
        let name = rest.prefix { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        rest = rest.dropFirst(name.count)
        return String(Substring(name))
    }

    private mutating func take(until mark: Unicode.Scalar) -> String {
        let part = rest.prefix { $0 != UInt8(ascii: mark) }
        rest = rest.dropFirst(part.count)
        return String(Substring(part))
    }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }
}
#endif
