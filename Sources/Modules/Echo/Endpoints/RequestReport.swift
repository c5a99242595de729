// A request as httpbin's JSON shows it. Nothing is masked: whoever asks has sent it.

import Compression
import FoundationEssentials
import HTTPCore
import HTTPTypes
import HandlerKit

/// What is shown of a request, in the order of the alphabet.
struct RequestReport {
    private let call: EndpointCall
    private var content = Content()

    /// A body, as httpbin tells it apart.
    private struct Content {
        var data = JSONValue.string("")
        var form: [(name: String, value: String)] = []
        var files: [(name: String, value: String)] = []
        var json = JSONValue.null
    }

    /// Of a request whose body doesn't matter.
    init(_ call: EndpointCall) { self.call = call }

    /// Of a request whose body is read, up to what a form may have.
    init(reading call: EndpointCall) async throws {
        self.call = call
        let body = call.request.body
        guard body.length != 0 else { return }
        let type = call.request.fields[.contentType]
        switch FormEncoding(type, isFormWithoutType: false) {
        case .urlEncoded:
            let items = try QueryItems(decoding: try await body.collect(upTo: call.formBytes))
            content.form = items.map { ($0.name, $0.value) }
        case .multipart(let media):
            take(try await SubmittedForm(body, type: media, limit: call.formBytes, keepsFiles: true))
        case nil: take(try await body.collect(upTo: call.formBytes), type: type)
        }
    }

    private mutating func take(_ form: SubmittedForm) {
        for field in form.fields {
            if let value = field.value {
                content.form.append((field.name, value))
            } else {
                let value = Self.text(field.part?.bytes ?? [], type: field.part?.type.description)
                content.files.append((field.name, value))
            }
        }
    }

    private mutating func take(_ bytes: [UInt8], type: String?) {
        content.data = .string(Self.text(bytes, type: nil))
        // httpbin tries it with every type; what is no JSON is null.
        content.json = (try? JSONValue(parsing: bytes)) ?? .null
    }

    /// Bytes as text, or as a `data:` URL (RFC 2397).
    private static func text(_ bytes: [UInt8], type: String?) -> String {
        String(validating: bytes, as: UTF8.self)
            ?? "data:\(type ?? "application/octet-stream");base64,\(Data(bytes).base64EncodedString())"
    }

    /// The members of those names.
    func members(_ names: [String]) -> [JSONValue.Member] {
        names.map { JSONValue.Member(name: $0, value: value(of: $0)) }
    }

    private func value(of name: String) -> JSONValue {
        switch name {
        case "args": Self.flattened(call.query.map { ($0.name, $0.value) })
        case "data": content.data
        case "files": Self.flattened(content.files)
        case "form": Self.flattened(content.form)
        case "headers": headers
        case "json": content.json
        case "method": .string(call.request.method.rawValue)
        case "origin": .string(call.request.connection.remote.host)
        case "url": .string(call.request.url)
        default: preconditionFailure("httpbin shows no \(name)")
        }
    }

    /// Names as `User-Agent`, whatever their case was; several of a name joined.
    private var headers: JSONValue {
        let fields = call.request.fields
        var values = ["Host": call.request.head.authority ?? ""]
        for field in fields {
            let words = field.name.canonicalName.split(separator: "-", omittingEmptySubsequences: false)
            let name = words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
            values[name] = fields[field.name]
        }
        return .object(
            values.sorted { $0.key < $1.key }.map { JSONValue.Member(name: $0, value: .string($1)) })
    }

    /// Values by their names, those of a name that stands several times as a list.
    static func flattened(_ items: [(name: String, value: String)]) -> JSONValue {
        let values = Dictionary(grouping: items, by: \.name).sorted { $0.key < $1.key }
        return .object(
            values.map { name, items in
                let values = items.map { JSONValue.string($0.value) }
                return JSONValue.Member(name: name, value: values.count == 1 ? values[0] : .array(values))
            })
    }
}

extension [String] {
    /// What httpbin's `get` shows.
    static var get: [String] { ["args", "headers", "origin", "url"] }
    /// What its `anything` shows.
    static var anything: [String] {
        ["args", "data", "files", "form", "headers", "json", "method", "origin", "url"]
    }
    /// What its `post` shows, and its `delay`, but for `json`.
    static var body: [String] { ["args", "data", "files", "form", "headers", "json", "origin", "url"] }
    static var delayed: [String] { body.filter { $0 != "json" } }
}

extension EndpointCall {
    /// The request, its body left unread.
    func json(_ names: [String]) throws -> Response { .json(.object(RequestReport(self).members(names))) }

    /// The request with its body.
    func withBody(_ names: [String] = .body) async throws -> Response {
        .json(.object(try await RequestReport(reading: self).members(names)))
    }

    var userAgent: Response {
        .json(.object(["user-agent": request.fields[.userAgent].map { .string($0) } ?? .null]))
    }

    /// The request, encoded whether the client takes that or not.
    func encoded(_ coding: ContentCoding, _ name: String) throws -> Response {
        let members = RequestReport(self).members(["headers", "method", "origin"])
        let said = members + [JSONValue.Member(name: name, value: true)]
        let content = JSONValue.object(said.sorted { $0.name < $1.name }).pretty + "\n"
        var response = Response.json(.null)
        response.fields[.contentEncoding] = coding.rawValue
        response.body = .bytes(coding.encode(Array(content.utf8)))
        return response
    }
}
