// Owns what a connection's request before said. Clients repeat most of their head with each request: a line
// that is the same as before is recognised by comparing bytes, and its field is shared instead of made again.
import HTTPCore
import HTTPTypes

/// A field line and what was made of it.
struct KnownLine: Sendable {
    let name: FieldName
    let field: HTTPField
    /// Whether the field's string is what came; not so if that was not UTF-8.
    let isRegular: Bool

    /// Makes the field that `line` of `bytes` says.
    init(_ bytes: Span<UInt8>, _ line: FieldLine) throws(RequestFailure) {
        name = try FieldName(bytes.extracting(line.name))
        let value = bytes.extracting(line.value)
        if let text = String(validating: value) {
            field = HTTPField(name: name.name, value: text)
            isRegular = true
        } else {
            var copy: [UInt8] = []
            copy.reserveCapacity(value.count)
            for index in value.indices { copy.append(value[index]) }
            field = HTTPField(name: name.name, value: copy)
            isRegular = false
        }
    }

    /// The offset past this same line at `start`, written with one space after the colon; nil if another
    /// stands there.
    func end(in bytes: Span<UInt8>, at start: Int) -> Int? {
        let name = field.name.rawName.utf8.span
        let text = field.value
        let value = text.utf8.span
        let colon = start &+ name.count
        let end = colon &+ value.count &+ 4
        guard isRegular, end <= bytes.count, bytes[end &- 1] == UInt8(ascii: "\n"),
            bytes[end &- 2] == UInt8(ascii: "\r"), bytes[colon] == UInt8(ascii: ":"),
            bytes[colon &+ 1] == UInt8(ascii: " "), bytes.extracting(start..<colon).isEqual(name),
            bytes.extracting((colon &+ 2)..<(end &- 2)).isEqual(value)
        else { return nil }
        return end
    }
}

/// The head before, line by line.
struct HeadMemory: Sendable {
    /// A head that is larger is not kept, so that an idle connection holds little.
    private static let limit = 4 << 10

    private(set) var head: ParsedHead?
    private(set) var lines: [KnownLine] = []
    /// The head as it came, to be compared in one go.
    private var bytes: [UInt8] = []

    /// Keeps a head and the bytes that it came as.
    mutating func keep(_ head: ParsedHead, _ lines: [KnownLine], _ bytes: Span<UInt8>) {
        let isSmall = bytes.count <= Self.limit
        self.head = isSmall ? head : nil
        self.lines = isSmall ? lines : []
        self.bytes = []
        guard isSmall else { return }
        self.bytes.reserveCapacity(bytes.count)
        for index in bytes.indices { self.bytes.append(bytes[index]) }
    }

    /// The head before and its end, if the bytes from `start` on are the same head again.
    func repeated(_ bytes: Span<UInt8>, from start: Int) -> (head: ParsedHead, end: Int)? {
        let known = self.bytes
        let end = start &+ known.count
        guard let head, end <= bytes.count, bytes.extracting(start..<end).isEqual(known.span) else {
            return nil
        }
        return (head, end)
    }
}
