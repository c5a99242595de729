// Owns what one field of a request says (RFC 9113 §8.2, §8.3) and whether it may stand there.
import HTTPCore
import HTTPTypes

/// Why a field section is not taken.
enum HTTP2FieldProblem: Error {
    /// It breaks a rule of RFC 9113 §8: a stream error of type PROTOCOL_ERROR (§8.1.1).
    case malformed(String)
    /// It can be answered.
    case refused(RequestFailure)
}

/// A field of a request's header section.
enum HTTP2Field {
    case method(HTTPRequest.Method)
    case scheme
    case authority(String)
    case path(String)
    /// The protocol of an extended CONNECT (RFC 8441 §4).
    case connectProtocol
    /// A part of the cookies, which may come in several fields (RFC 9113 §8.2.3).
    case cookie(HTTPField)
    case regular(HTTPField, FieldName.Role)

    /// Reads a field.
    init(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(HTTP2FieldProblem) {
        guard FieldSyntax.isValue(value) else {
            throw .malformed("a value with control characters or space around it")
        }
        if !name.isEmpty, name[0] == UInt8(ascii: ":") {
            try self.init(pseudo: name, value)
        } else {
            try self.init(regular: name, value)
        }
    }

    private init(pseudo name: Span<UInt8>, _ value: Span<UInt8>) throws(HTTP2FieldProblem) {
        guard let text = String(validating: value) else {
            throw .malformed("a pseudo-header field that is not UTF-8")
        }
        switch String(validating: name) {
        case ":method":
            guard let method = HTTPRequest.Method(text) else { throw .malformed("a method that is no token") }
            self = .method(method)
        case ":scheme": self = .scheme
        case ":authority": self = .authority(text)
        case ":path": self = .path(text)
        case ":protocol": self = .connectProtocol
        default: throw .malformed("an unknown pseudo-header field")
        }
    }

    private init(regular name: Span<UInt8>, _ value: Span<UInt8>) throws(HTTP2FieldProblem) {
        for index in name.indices where name[index] != name[index].lowercasedASCII {
            throw .malformed("a name in upper case")
        }
        let known: FieldName
        do throws(RequestFailure) { known = try FieldName(name) } catch {
            throw .malformed("a name that is no token")
        }
        let field = HTTPField(known.name, value)
        switch known.name.canonicalName {
        case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade":
            throw .malformed("a field of the connection (RFC 9113 §8.2.2)")
        case "te" where !value.equalsIgnoringCase("trailers"):
            throw .malformed("TE with more than trailers")
        case "cookie": self = .cookie(field)
        default: self = .regular(field, known.role)
        }
    }
}

extension HTTPField {
    /// A field of a value that is valid (`FieldSyntax.isValue`); what is not UTF-8 is kept as bytes.
    init(_ name: Name, _ value: Span<UInt8>) {
        if let text = String(validating: value) {
            self.init(name: name, value: text)
            return
        }
        var copy: [UInt8] = []
        copy.reserveCapacity(value.count)
        for index in value.indices { copy.append(value[index]) }
        self.init(name: name, value: copy)
    }
}
