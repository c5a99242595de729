// Owns the fields of a section on their way out, as one piece of memory that is used again for the next.
import HTTPCore
import HTTPTypes

/// The names and values of a field section, names in lower case (RFC 9113 §8.2).
package struct FieldBlock: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where each name and each value ends, in turn.
    private(set) var ends: [Int] = []
    // As a string it would be copied in a slower way.
    private static let statusName = Array(":status".utf8)

    /// How many fields there are.
    var count: Int { ends.count / 2 }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    mutating func append(_ field: HTTPField) {
        append(name: field.name.canonicalName)
        // The bytes themselves: a value need not be UTF-8, and as a string it would be mended.
        unsafe field.withUnsafeBytesOfValue { unsafe bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
    }

    mutating func append(_ fields: EncodedFields) {
        let start = bytes.count
        bytes.append(contentsOf: fields.strings)
        for end in fields.ends { ends.append(start &+ end) }
    }

    mutating func append(_ name: String, _ value: String) {
        append(name: name)
        bytes.append(contentsOf: value.utf8)
        ends.append(bytes.count)
    }

    mutating func append(_ name: String, _ value: UInt64) {
        append(name: name)
        bytes.append(decimal: value)
        ends.append(bytes.count)
    }

    mutating func append(status: Int) {
        bytes.append(contentsOf: Self.statusName)
        ends.append(bytes.count)
        bytes.append(decimal: UInt64(status))
        ends.append(bytes.count)
    }

    private mutating func append(name: String) {
        bytes.append(contentsOf: name.utf8)
        ends.append(bytes.count)
    }
}
