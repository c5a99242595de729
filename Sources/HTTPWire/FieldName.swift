// Owns the names of fields: those that many clients send are found in a table, so that no string is made for them.
import HTTPCore
import HTTPTypes

/// A field's name and what it does to the message.
struct FieldName {
    /// What a field does to the reading of its message.
    enum Role: Sendable {
        case ordinary, host, contentLength, transferEncoding, connection, expect
    }

    let name: HTTPField.Name
    let role: Role

    /// The name that `bytes`, a token, spell; the spelling is kept in `rawName`.
    init(_ bytes: Span<UInt8>) throws(RequestFailure) {
        guard let text = String(validating: bytes), let name = HTTPField.Name(text) else {
            throw RequestFailure(.malformedField)
        }
        self.name = name
        role =
            switch name.canonicalName {
            case "host": .host
            case "content-length": .contentLength
            case "transfer-encoding": .transferEncoding
            case "connection": .connection
            case "expect": .expect
            default: .ordinary
            }
    }
}

extension HTTPField {
    /// A field of `bytes` that hold no control character and no white space at their ends.
    init(name: Name, bytes: Span<UInt8>) {
        if let text = String(validating: bytes) {
            self.init(name: name, value: text)
        } else {
            var copy: [UInt8] = []
            copy.reserveCapacity(bytes.count)
            for index in bytes.indices { copy.append(bytes[index]) }
            self.init(name: name, value: copy)
        }
    }
}
