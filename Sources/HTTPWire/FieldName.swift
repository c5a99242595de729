// Owns the names of fields: those that many clients send are found in a table, so that no string is made for
// them.
import HTTPCore
import HTTPTypes

/// A field's name and what it does to the message.
struct FieldName: Sendable {
    /// What a field does to the reading of its message.
    enum Role: Sendable {
        case ordinary, host, contentLength, contentType, transferEncoding, connection, expect
    }

    let name: HTTPField.Name
    let role: Role

    /// The name that `bytes`, a token, spell; the spelling is kept in `rawName`.
    init(_ bytes: Span<UInt8>) throws(RequestFailure) {
        if let known = KnownFieldNames.find(bytes) {
            self = known
            return
        }
        guard let text = String(validating: bytes), let name = FieldName(text) else {
            throw RequestFailure(.malformedField)
        }
        self = name
    }

    /// The name `text`, nil if it is not a token.
    fileprivate init?(_ text: String) {
        guard let name = HTTPField.Name(text) else { return nil }
        self.name = name
        role =
            switch name.canonicalName {
            case "host": .host
            case "content-length": .contentLength
            case "content-type": .contentType
            case "transfer-encoding": .transferEncoding
            case "connection": .connection
            case "expect": .expect
            default: .ordinary
            }
    }
}

/// The names that browsers, curl and proxies send, each in its usual spelling and in lower case.
private enum KnownFieldNames {
    private static let spellings = [
        "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control",
        "Connection",
        "Content-Encoding", "Content-Language", "Content-Length", "Content-Type", "Cookie", "Date", "DNT",
        "Expect",
        "Forwarded", "From", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
        "If-Unmodified-Since", "Keep-Alive", "Origin", "Pragma", "Priority", "Range", "Referer", "Sec-CH-UA",
        "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site",
        "Sec-Fetch-User", "Sec-GPC", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "Upgrade-Insecure-Requests",
        "User-Agent", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP",
        "X-Request-ID",
        "X-Requested-With",
    ]

    private struct Entry: Sendable {
        let usual: FieldName
        let lowercase: FieldName
    }

    /// Two names in one slot would only mean that the later one is found by its string.
    private static let table: [Entry?] = {
        var table = [Entry?](repeating: nil, count: 128)
        for spelling in spellings {
            guard let usual = FieldName(spelling), let lowercase = FieldName(spelling.lowercased()) else {
                continue
            }
            table[slot(spelling.utf8.span)] = Entry(usual: usual, lowercase: lowercase)
        }
        return table
    }()

    /// The name that `bytes` spell, nil if the table has none of that spelling.
    static func find(_ bytes: Span<UInt8>) -> FieldName? {
        guard let entry = table[slot(bytes)] else { return nil }
        if bytes.isEqual(entry.usual.name.rawName.utf8.span) { return entry.usual }
        return bytes.isEqual(entry.lowercase.name.rawName.utf8.span) ? entry.lowercase : nil
    }

    /// A multiplicative hash of four things that tell the spellings apart; the factor was searched for.
    private static func slot(_ bytes: Span<UInt8>) -> Int {
        let count = bytes.count
        guard count > 0 else { return 0 }
        let features =
            UInt32(bytes[0] | 0x20) | UInt32(bytes[count &- 1] | 0x20) << 8
            | UInt32(bytes[(count &* 3) &>> 2] | 0x20) << 16 | UInt32(truncatingIfNeeded: count) << 24
        return Int((features &* 0x4AC7_0705) &>> 25)
    }
}
