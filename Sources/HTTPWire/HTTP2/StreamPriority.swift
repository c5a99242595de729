// Owns the Priority field (RFC 9218 §4): how urgent a response is, and whether parts of it are of use.
import HTTPCore

/// What a client says of a response's priority; what it doesn't say, or says wrongly, is the default (§4, §5).
package struct StreamPriority: Equatable {
    /// From 0, the most urgent, to 7.
    package private(set) var urgency: UInt32 = 3
    /// Whether the response is processed in pieces, so that it may share the connection with its equals.
    package private(set) var isIncremental = false

    package init(_ field: String) {
        for member in FieldSyntax.list(field) {
            // Parameters have no meaning here.
            let item = member.split(separator: ";", maxSplits: 1).first ?? ""
            switch item {
            case "i", "i=?1": isIncremental = true
            case "i=?0": isIncremental = false
            default:
                let digits = item.utf8.dropFirst(2)
                guard item.hasPrefix("u="), digits.count == 1, let number = UInt32(item.dropFirst(2)),
                    number <= 7
                else { continue }
                urgency = number
            }
        }
    }
}
