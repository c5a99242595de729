// A text taken apart at its references, `[[name]]`.

/// A part of a text: a reference with its target, or what stands between two.
struct ReferencePiece {
    let text: String
    let target: Markdown.Target?

    /// The pieces of a text in their order; of `[[a [[b]]` the reference is b.
    static func split(_ text: String, _ target: (String) -> Markdown.Target?) -> [ReferencePiece] {
        guard text.utf8.contains(UInt8(ascii: "[")) else { return [] }
        var pieces: [ReferencePiece] = []
        let bytes = text.utf8
        var (begin, opening, index) = (bytes.startIndex, String.Index?.none, bytes.startIndex)
        while index < bytes.endIndex {
            let next = bytes.index(after: index)
            let isPair = next < bytes.endIndex && bytes[next] == bytes[index]
            switch bytes[index] {
            case UInt8(ascii: "[") where isPair: opening = bytes.index(after: next)
            case UInt8(ascii: "]") where isPair:
                guard let start = opening else { break }
                opening = nil
                guard let found = target(String(text[start..<index])) else { break }
                let between = text[begin..<bytes.index(start, offsetBy: -2)]
                if !between.isEmpty { pieces.append(ReferencePiece(text: String(between), target: nil)) }
                pieces.append(ReferencePiece(text: String(text[start..<index]), target: found))
                begin = bytes.index(after: next)
                index = next
            default: break
            }
            bytes.formIndex(after: &index)
        }
        guard !pieces.isEmpty else { return [] }
        if begin < bytes.endIndex { pieces.append(ReferencePiece(text: String(text[begin...]), target: nil)) }
        return pieces
    }
}
