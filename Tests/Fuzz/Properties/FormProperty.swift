// WHATWG URL §5: forms and queries.
import HTTPCore

extension FuzzTarget {
    /// The input is a form's body.
    static let form = FuzzTarget("form") { input in
        let pairs = input.split(separator: UInt8(ascii: "&")).count
        let limit = 8
        do {
            let items = try QueryItems(decoding: input, limit: limit)
            try require(items.count, equals: pairs, "the number of pairs")
            try require(
                QueryItems(decoding: encoded(items), limit: limit), equals: items, "encoded and read again")
            if let text = String(validating: input, as: UTF8.self) {
                try require(QueryItems(decoding: text, limit: limit), equals: items, "read from a string")
            }
        } catch let error as HTTPSyntaxError {
            try require(error.code == .tooManyItems && pairs > limit, "a form was refused: \(error)")
        }
    }

    private static func encoded(_ items: QueryItems) -> String {
        items.map {
            "\(PercentEncoding.encode(segment: $0.name.utf8))=\(PercentEncoding.encode(segment: $0.value.utf8))"
        }.joined(separator: "&").replacing("+", with: "%2B")
    }
}
