// Owns the decision how a response's content is delimited (RFC 9112 §6, RFC 9110 §6.4.1, §8.6).
import HTTPCore
import HTTPTypes

/// What a handler's own fields say of things that are the server's.
struct OwnFields {
    private(set) var hasDate = false
    private(set) var hasServer = false
    private(set) var asksToClose = false
    /// The handler's Content-Length; nil without one.
    private(set) var length: UInt64?
    private(set) var isLengthInvalid = false

    /// Notes what `field` says; false if the server writes such a field itself.
    mutating func take(_ field: HTTPField) -> Bool {
        let name = field.name.canonicalName
        switch name.utf8.count {
        case 4 where name == "date": hasDate = true
        case 6 where name == "server": hasServer = true
        case 7 where name == "upgrade": return false
        case 10 where name == "connection":
            asksToClose = asksToClose || FieldSyntax.list(field.value, contains: "close")
            return false
        case 10 where name == "keep-alive": return false
        case 14 where name == "content-length":
            takeLength(field.value)
            return false
        case 16 where name == "proxy-connection": return false
        case 17 where name == "transfer-encoding": return false
        default: break
        }
        return true
    }

    private mutating func takeLength(_ value: String) {
        let digits = value.utf8
        let number = digits.allSatisfy { $0.decimalValue != nil } ? UInt64(value) : nil
        isLengthInvalid = isLengthInvalid || number == nil || length != nil && length != number
        length = number
    }
}

extension ResponsePlan {
    init(
        status: Int, content: ResponseContent, context: ResponseContext, own: OwnFields
    ) throws(ResponseFailure) {
        guard !own.isLengthInvalid else { throw .invalidContentLength }
        let keepAlive = context.keepAlive && !own.asksToClose
        guard !context.isHEAD, status != 204, status != 304 else {
            self.init(framing: .none, keepAlive: keepAlive)
            return
        }
        if case .length(let length) = content, let announced = own.length, announced != length {
            throw .invalidContentLength
        }
        if let length = Self.length(content, own) {
            self.init(framing: length == 0 ? .none : .length(length), keepAlive: keepAlive)
        } else if context.version == .http10 {
            self.init(framing: .untilClose, keepAlive: false)
        } else {
            self.init(framing: .chunked, keepAlive: keepAlive)
        }
    }

    /// The Content-Length to send, nil for none: never with 204, and with 304 and HEAD only what GET would
    /// have sent.
    static func announcedLength(
        status: Int, content: ResponseContent, context: ResponseContext, own: OwnFields
    ) -> UInt64? {
        switch status {
        case 204: nil
        case 304: own.length
        default: context.isHEAD ? own.length ?? length(content, own) : length(content, own)
        }
    }

    private static func length(_ content: ResponseContent, _ own: OwnFields) -> UInt64? {
        if case .length(let length) = content { return length }
        return own.length
    }
}
