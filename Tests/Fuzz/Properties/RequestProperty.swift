// RFC 9112 §2 to §6: the parser of request heads.
import HTTPCore
import HTTPTypes
import HTTPWire

extension FuzzTarget {
    /// The input is what a client sends, with an empty line after it: what comes in pieces is judged once a head is
    /// complete, at the latest.
    static let request = FuzzTarget("request") { input in
        let bytes = input + Array("\r\n\r\n".utf8)
        for limits in [HTTPLimits(), HTTPLimits(headerBytes: 128, fieldCount: 3, requestLineBytes: 32)] {
            let whole = ParsedRequest(bytes, ends: [bytes.count], limits: limits)
            let byBytes = ParsedRequest(bytes, ends: 0...bytes.count, limits: limits)
            try require(byBytes, equals: whole, "a head that comes byte by byte, \(limits)")
            for split in splits(bytes) {
                let pieces = ParsedRequest(bytes, ends: [split, bytes.count], limits: limits)
                try require(pieces, equals: whole, "a head that is split at \(split), \(limits)")
            }
            if let head = whole.head { try isSound(head) }
        }
        try isRemembered(bytes)
    }

    /// What everyone after the parser relies on.
    private static func isSound(_ head: ParsedRequest.Head) throws(Violation) {
        let fields = head.request.headerFields
        try require(!fields.contains { $0.name.canonicalName == "host" }, "Host is the authority")
        for name in [HTTPField.Name.contentLength, .transferEncoding] {
            try require(fields.count { $0.name == name } <= 1, "\(name) stands twice")
        }
        try require(fields.allSatisfy { FieldSyntax.isValue($0.value) }, "a value is not one")
        try require(!(fields.contains(.contentLength) && fields.contains(.transferEncoding)), "two framings")
        if let authority = head.request.authority {
            // Why it is none would not tell more.
            try require((try? Authority(authority)) != nil, "\(authority) is no authority")
        } else {
            try require(head.version == .http10, "there is no authority")
        }
        try require(
            printed(head).map { ParsedRequest($0, ends: [$0.count]).head } ?? head, equals: head, "printed")
    }

    /// The head as a client would send it; nil if it has bytes that a string can't hold.
    private static func printed(_ head: ParsedRequest.Head) -> [UInt8]? {
        let lines = head.request.headerFields.map { "\($0.name.rawName): \($0.value)" }
        guard !lines.contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }) else { return nil }
        let version = head.version == .http10 ? "HTTP/1.0" : "HTTP/1.1"
        let start = "\(head.request.method) \(head.target.raw) \(version)"
        let host = head.request.authority.map { ["Host: \($0)"] } ?? []
        return Array((([start] + host + lines).joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// A connection's later heads are read as if each were its first.
    private static func isRemembered(_ bytes: [UInt8]) throws(Violation) {
        var parser = RequestParser()
        var rest = bytes
        for _ in 0..<4 {
            let alone = ParsedRequest(rest, ends: [rest.count])
            try require(
                ParsedRequest(rest, ends: [rest.count], &parser), equals: alone, "a head after others")
            guard alone.head != nil else { return }
            try require(ParsedRequest(rest, ends: [rest.count], &parser), equals: alone, "a repeated head")
            rest.removeFirst(alone.consumed)
        }
    }
}
