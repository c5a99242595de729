// Owns the request target (RFC 9112 §3.2). `path` is decoded once and normalised: it starts with one slash,
// has no empty, `.` or `..` segment, and no NUL; `raw` is what the client sent.
import HTTPTypes

/// What a request asks for: the target of the request line, or `:path` of HTTP/2.
///
/// - `%2F` is decoded to a slash that separates, as in nginx, so that no two layers split a path differently.
/// - `%2e%2e` is decoded first and removed as a dot segment then; nothing climbs above the root.
/// - Repeated slashes count as one, as nginx's `merge_slashes` does, so no path starts with `//`.
/// - `\` is a character like any other. `%00` and a `%` without two digits are errors.
/// - Percent-encoded bytes that are not UTF-8 are kept in ``pathBytes``; ``path`` shows them as U+FFFD.
public struct RequestTarget: Sendable, Hashable {
    /// The four forms of RFC 9112 §3.2.
    public enum Form: Sendable, Hashable {
        /// `/path?query`.
        case origin
        /// `https://host/path?query`.
        case absolute
        /// `host:port`, of CONNECT.
        case authority
        /// `*`, of OPTIONS.
        case asterisk
    }

    /// Which form the client used.
    public let form: Form
    /// The target as the client sent it.
    public let raw: String
    /// The path: decoded, normalised, starting with a slash; `*` in asterisk-form, empty in authority-form.
    public let path: String
    /// The bytes of the path where they are not UTF-8.
    private let irregularPath: [UInt8]?
    /// Where the path lies in `raw`; the query follows after a `?`.
    private let pathRange: Range<Int>
    /// Where the authority lies in `raw`; empty if there is none.
    private let authorityRange: Range<Int>

    /// Parses and normalises a target.
    /// - Throws: `invalidTarget`, `invalidPercentEncoding`, `nulInPath` or `invalidAuthority`; status 400
    ///   each.
    public init(_ raw: String, method: HTTPRequest.Method) throws(HTTPSyntaxError) {
        if raw == "*", method == .options {
            self.init(.asterisk, raw, path: raw, pathRange: 0..<1)
        } else if method == .connect {
            guard try Authority(raw).port != nil else {
                throw HTTPSyntaxError(.invalidAuthority, context: "CONNECT needs a host and a port")
            }
            let all = 0..<raw.utf8.count
            self.init(
                .authority, raw, path: "", pathRange: all.upperBound..<all.upperBound, authorityRange: all)
        } else {
            try self.init(parsing: raw)
        }
    }

    private init(
        _ form: Form, _ raw: String, path: String, irregularPath: [UInt8]? = nil, pathRange: Range<Int>,
        authorityRange: Range<Int> = 0..<0
    ) {
        self.form = form
        self.raw = raw
        self.path = path
        self.irregularPath = irregularPath
        self.pathRange = pathRange
        self.authorityRange = authorityRange
    }

    /// Parses origin-form or absolute-form.
    private init(parsing raw: String) throws(HTTPSyntaxError) {
        let bytes = raw.utf8.span
        var authorityRange = 0..<0
        if bytes.isEmpty || bytes[0] != UInt8(ascii: "/") {
            authorityRange = try Self.authority(of: bytes)
            guard Authority.isValid(bytes.extracting(authorityRange)) else {
                throw HTTPSyntaxError(.invalidAuthority, context: "the target's host is not valid")
            }
        }
        let scan = try PathScan(bytes, from: authorityRange.upperBound)
        let path: String
        var irregularPath: [UInt8]?
        if scan.isNormal {
            path = Self.slice(raw, scan.range)
        } else {
            let normalised = try PathScan.normalise(bytes.extracting(scan.range))
            path = String(decoding: normalised, as: UTF8.self)
            irregularPath = path.utf8.elementsEqual(normalised) ? nil : normalised
        }
        self.init(
            authorityRange.isEmpty ? .origin : .absolute, raw, path: path, irregularPath: irregularPath,
            pathRange: scan.range, authorityRange: authorityRange)
    }

    /// Where the authority of an absolute-form lies; only `http` and `https` have a meaning here.
    private static func authority(of bytes: Span<UInt8>) throws(HTTPSyntaxError) -> Range<Int> {
        var scheme = 0
        while scheme < bytes.count, bytes[scheme] != UInt8(ascii: ":") { scheme += 1 }
        guard scheme == 4 || scheme == 5, scheme + 2 < bytes.count, bytes[scheme + 1] == UInt8(ascii: "/"),
            bytes[scheme + 2] == UInt8(ascii: "/"),
            isHTTP(bytes.extracting(0..<scheme))
        else {
            throw HTTPSyntaxError(.invalidTarget, context: "the target is neither a path nor an http URI")
        }
        let start = scheme + 3
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
        return start..<end
    }

    private static func isHTTP(_ scheme: Span<UInt8>) -> Bool {
        let name = "https".utf8.span
        for index in scheme.indices where scheme[index].lowercasedASCII != name[index] { return false }
        return true
    }

    private static func slice(_ text: String, _ range: Range<Int>) -> String {
        if range.isEmpty { return "/" }
        if range.count == text.utf8.count { return text }
        let utf8 = text.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
        return String(text[start..<utf8.index(start, offsetBy: range.count)])
    }
}

extension RequestTarget {
    /// The path as the client sent it, without the query.
    public var rawPath: String { form == .authority ? "" : Self.slice(raw, pathRange) }

    /// The path's bytes, decoded and normalised as ``path`` is; for names of files, which may be any bytes.
    public var pathBytes: [UInt8] { irregularPath ?? Array(path.utf8) }

    /// Whether the path is UTF-8, so that ``path`` says all of it.
    public var isPathUTF8: Bool { irregularPath == nil }

    /// What follows the first `?`, as the client sent it; nil without a `?`.
    public var query: String? {
        guard form != .authority, pathRange.upperBound < raw.utf8.count else { return nil }
        return String(raw.utf8.dropFirst(pathRange.upperBound + 1)) ?? ""
    }

    /// The parts of ``path`` between its slashes, none of them empty.
    public var segments: [Substring] { path.split(separator: "/") }

    /// The host and port in the target itself, of absolute-form and authority-form.
    public var authority: String? { authorityRange.isEmpty ? nil : Self.slice(raw, authorityRange) }

    /// The scheme in the target itself, `http` or `https` in lower case; only of absolute-form.
    public var scheme: String? {
        guard form == .absolute else { return nil }
        return authorityRange.lowerBound == 7 ? "http" : "https"
    }
}

extension RequestTarget: CustomStringConvertible {
    /// The target as the client sent it.
    public var description: String { raw }
}
