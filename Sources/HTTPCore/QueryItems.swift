// Owns application/x-www-form-urlencoded, read by the rules of the WHATWG URL standard §5.1: order and
// repeated names are kept, a malformed % stays as it is, bytes that are not UTF-8 become U+FFFD.

/// The name-value pairs of a query or of a form's body.
public struct QueryItems: Sendable, Hashable {
    /// One name and its value, decoded; the value is empty where there was no `=`.
    public struct Item: Sendable, Hashable {
        /// The name.
        public let name: String
        /// The value.
        public let value: String

        /// Makes a pair.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// How many pairs are taken where the caller names no limit.
    public static let defaultLimit = 1_000

    private let items: [Item]

    /// Decodes a form's body.
    /// - Throws: `tooManyItems` when there are more than `limit` pairs; nothing else is an error.
    public init(decoding bytes: Span<UInt8>, limit: Int = defaultLimit) throws(HTTPSyntaxError) {
        var items: [Item] = []
        var start = 0
        while start < bytes.count {
            var end = start
            var equals: Int?
            while end < bytes.count, bytes[end] != UInt8(ascii: "&") {
                if equals == nil, bytes[end] == UInt8(ascii: "=") { equals = end }
                end += 1
            }
            if end > start {
                guard items.count < limit else {
                    throw HTTPSyntaxError(.tooManyItems, context: "more than \(limit) form fields")
                }
                let name = Self.decode(bytes.extracting(start..<(equals ?? end)))
                let value = equals.map { Self.decode(bytes.extracting(($0 + 1)..<end)) } ?? ""
                items.append(Item(name: name, value: value))
            }
            start = end + 1
        }
        self.items = items
    }

    /// Decodes a query, without its `?`.
    /// - Throws: `tooManyItems` when there are more than `limit` pairs; nothing else is an error.
    public init(decoding query: String, limit: Int = defaultLimit) throws(HTTPSyntaxError) {
        try self.init(decoding: query.utf8.span, limit: limit)
    }

    /// Decodes a form's body.
    /// - Throws: `tooManyItems` when there are more than `limit` pairs; nothing else is an error.
    public init(decoding bytes: [UInt8], limit: Int = defaultLimit) throws(HTTPSyntaxError) {
        try self.init(decoding: bytes.span, limit: limit)
    }

    /// The value of the first pair of that name.
    public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    /// The values of all pairs of that name, in order.
    public func values(named name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    private static func decode(_ bytes: Span<UInt8>) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "+"): output.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                if let decoded = PercentEncoding.byte(in: bytes, at: index) {
                    output.append(decoded)
                    index += 2
                } else {
                    output.append(UInt8(ascii: "%"))
                }
            case let byte: output.append(byte)
            }
            index += 1
        }
        return String(decoding: output, as: UTF8.self)
    }
}

extension QueryItems: RandomAccessCollection {
    /// 0.
    public var startIndex: Int { items.startIndex }
    /// The number of pairs.
    public var endIndex: Int { items.endIndex }
    /// The pair at a position, in the order in which the client sent them.
    public subscript(position: Int) -> Item { items[position] }
}

extension RequestTarget {
    /// The query's pairs, read as a form's are; empty without a query.
    /// - Throws: `tooManyItems` when there are more than ``QueryItems/defaultLimit``.
    public var queryItems: QueryItems {
        get throws(HTTPSyntaxError) { try QueryItems(decoding: query ?? "") }
    }
}
