// Owns the judgement on a request's header section (RFC 9113 §8.3.1) once its fields are known.
import HTTPCore
import HTTPTypes

/// What is known of a head while its fields come.
struct HTTP2Head {
    private var method: HTTPRequest.Method?
    private var hasScheme = false
    private var authority: String?
    private var path: String?
    private var hasProtocol = false
    private var host: String?
    private(set) var contentLength: UInt64?
    private var expectsContinue = false
    private var hasContentType = false
    private var cookie: HTTPField?
    private var fields = HTTPFields()
    private var hasRegular = false

    /// Takes the next field.
    mutating func take(_ field: HTTP2Field) throws(HTTP2FieldProblem) {
        switch field {
        case .method(let method): try set(&self.method, method)
        case .authority(let authority): try set(&self.authority, authority)
        case .path(let path): try set(&self.path, path)
        case .scheme: try set(&hasScheme)
        case .connectProtocol: try set(&hasProtocol)
        case .cookie(let field): take(cookie: field)
        case .regular(let field, let role): try take(field, role)
        }
    }

    private func checkOrder() throws(HTTP2FieldProblem) {
        guard !hasRegular else { throw .malformed("a pseudo-header field after others") }
    }

    private func set<Value>(_ place: inout Value?, _ value: Value) throws(HTTP2FieldProblem) {
        try checkOrder()
        guard place == nil else { throw .malformed("a pseudo-header field twice") }
        place = value
    }

    private func set(_ flag: inout Bool) throws(HTTP2FieldProblem) {
        try checkOrder()
        guard !flag else { throw .malformed("a pseudo-header field twice") }
        flag = true
    }

    /// Crumbs are joined, as one who knows HTTP/1.1 only expects it (RFC 9113 §8.2.3).
    private mutating func take(cookie field: HTTPField) {
        hasRegular = true
        guard let before = cookie else {
            cookie = field
            return
        }
        cookie = HTTPField(name: .cookie, value: "\(before.value); \(field.value)")
    }

    private mutating func take(_ field: HTTPField, _ role: FieldName.Role) throws(HTTP2FieldProblem) {
        hasRegular = true
        switch role {
        case .host:
            guard host == nil else { throw .refused(RequestFailure(.repeatedHost)) }
            host = field.value
            return
        case .contentLength: try takeContentLength(field.value)
        case .expect:
            do throws(RequestFailure) {
                if try Expectation.asksToContinue(field.value) { expectsContinue = true }
            } catch {
                throw .refused(error)
            }
        case .contentType:
            guard !hasContentType else { throw .refused(RequestFailure(.repeatedContentType)) }
            hasContentType = true
        case .connection, .transferEncoding, .ordinary: break
        }
        fields.append(field)
    }

    private mutating func takeContentLength(_ value: String) throws(HTTP2FieldProblem) {
        guard contentLength == nil, let length = ContentLength.parse(value.utf8.span) else {
            throw .malformed("a Content-Length that is not one number")
        }
        contentLength = length
    }
}

extension HTTP2Head {
    /// The head, once all fields are there.
    ///
    /// - Parameter isEnded: whether no content follows.
    consuming func finish(
        isEnded: Bool, isSecure: Bool, limits: HTTPLimits
    ) throws(HTTP2FieldProblem) -> ParsedHead {
        guard let method else { throw .malformed("no :method") }
        let authority = try agreedAuthority()
        let target = try target(method, limits)
        guard !isEnded || contentLength ?? 0 == 0 else {
            throw .malformed("less content than Content-Length says")
        }
        if let cookie { fields.append(cookie) }
        let framing: BodyFraming =
            if isEnded || contentLength == 0 { .none } else if let length = contentLength {
                .length(length)
            } else { .chunked }
        let request = HTTPRequest(
            method: method, scheme: isSecure ? "https" : "http", authority: authority, path: target.raw,
            headerFields: fields)
        return ParsedHead(
            head: RequestHead(request: request, target: target, version: .http2), framing: framing,
            keepAlive: true,
            expectsContinue: expectsContinue && framing != .none)
    }

    /// What :authority and Host say; they must not differ (RFC 9113 §8.3.1).
    private func agreedAuthority() throws(HTTP2FieldProblem) -> String {
        guard let named = authority ?? host else { throw .refused(RequestFailure(.missingHost)) }
        guard Authority.isValid(named.utf8.span) else { throw .refused(RequestFailure(.invalidHost)) }
        if let host, host != named, !FieldSyntax.equalIgnoringCase(host[...], named[...]) {
            throw .refused(RequestFailure(.invalidHost))
        }
        return named
    }

    private func target(
        _ method: HTTPRequest.Method, _ limits: HTTPLimits
    ) throws(HTTP2FieldProblem) -> RequestTarget {
        guard !hasProtocol || method == .connect else { throw .malformed(":protocol without CONNECT") }
        let raw: String
        if method == .connect, !hasProtocol {
            guard let authority, path == nil, !hasScheme else {
                throw .malformed("CONNECT with a path or scheme")
            }
            raw = authority
        } else {
            guard let path, hasScheme else { throw .malformed("no :path or no :scheme") }
            guard path.utf8.first == UInt8(ascii: "/") || path == "*" && method == .options else {
                throw .malformed("a :path that is none")
            }
            raw = path
        }
        guard raw.utf8.count <= limits.requestLineBytes else {
            throw .refused(RequestFailure(.requestLineTooLong))
        }
        do {
            // An extended CONNECT has a path (RFC 8441 §4), as GET has.
            return try RequestTarget(raw, method: hasProtocol ? .get : method)
        } catch {
            throw .refused(RequestFailure(.malformedTarget))
        }
    }
}
