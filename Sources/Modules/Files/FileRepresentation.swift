// A file as a client gets it: what is said of it is made once, conditions and ranges are answered from that.

import Files
import HTTPCore
import HTTPTypes
import HandlerKit

/// What a file's name says of it.
struct FileDescription: Sendable {
    /// The value of Content-Type.
    let type: String
    let cacheControl: String
    /// The value of Content-Disposition, if it has one.
    let disposition: String?
}

/// What is said of a file's content at one moment, whoever holds the content.
final class FileFacts: Sendable {
    /// What the content was read from, and how it looked then.
    let status: FileStatus
    let type: String
    /// Whether it was compressed by this server, so that it has no parts.
    fileprivate let isMade: Bool
    fileprivate let etag: EntityTag
    fileprivate let lastModified: HTTPDate
    fileprivate let fields: ResponseFields

    fileprivate init(
        _ status: FileStatus, _ description: FileDescription, edition: String?, coding: String?,
        isNegotiated: Bool
    ) {
        self.status = status
        type = description.type
        isMade = false
        let tag = status.entityTag
        etag = edition.map { EntityTag("\(tag.opaque)-\($0)") } ?? tag
        lastModified = status.lastModified
        var fields: ResponseFields = [
            .contentType: type, .lastModified: lastModified.description, .eTag: etag.description,
            .cacheControl: description.cacheControl, .acceptRanges: "bytes", .xContentTypeOptions: "nosniff",
        ]
        fields[.contentEncoding] = coding
        fields[.contentDisposition] = description.disposition
        if isNegotiated { fields[.vary] = "Accept-Encoding" }
        self.fields = fields.encoded()
    }

    fileprivate init(_ other: FileFacts, first count: UInt64) {
        status = other.status
        type = other.type
        isMade = false
        etag = EntityTag("\(other.etag.opaque)-\(count)")
        lastModified = other.lastModified
        var fields = other.fields
        fields[.eTag] = etag.description
        self.fields = fields
    }

    fileprivate init(_ other: FileFacts, coding: String) {
        status = other.status
        type = other.type
        isMade = true
        etag = EntityTag("\(other.etag.opaque)-\(coding)", isWeak: true)
        lastModified = other.lastModified
        var fields = other.fields
        fields[.eTag] = etag.description
        fields[.contentEncoding] = coding
        fields[.acceptRanges] = nil
        self.fields = fields.encoded()
    }
}

/// The content of a file at one moment and what is said of it.
struct FileRepresentation: Sendable {
    let facts: FileFacts
    let content: FileContent

    init(_ facts: FileFacts, _ content: FileContent) {
        self.facts = facts
        self.content = content
    }

    /// Describes an open file and its content.
    ///
    /// - Parameters:
    ///   - description: What its name says of it.
    ///   - edition: What tells its tag from that of another content made of the same file.
    ///   - coding: The content coding that the content has; nil for none.
    ///   - isNegotiated: Whether the file is there in another coding too, so that caches must tell them apart.
    init(
        _ file: OpenFile, _ content: FileContent, _ description: FileDescription, edition: String? = nil,
        coding: String? = nil,
        isNegotiated: Bool = false
    ) {
        let facts = FileFacts(
            file.status, description, edition: edition, coding: coding, isNegotiated: isNegotiated)
        self.init(facts, content)
    }

    /// The first bytes of another.
    private init(_ other: FileRepresentation, first count: UInt64) {
        self.init(FileFacts(other.facts, first: count), other.content.prefix(count))
    }

    /// Another in a content coding that this server made. The tag is weak: another version of the library may make
    /// other bytes of it.
    init(_ other: FileRepresentation, made content: FileContent, coding: String) {
        self.init(FileFacts(other.facts, coding: coding), content)
    }

    var status: FileStatus { facts.status }
    var type: String { facts.type }
    private var fields: ResponseFields { facts.fields }

    /// The answer to a GET or HEAD: whole, in part, or not at all, as the request's conditions have it.
    ///
    /// The query `bytes=N` asks for the first N bytes of the file, as if there were no others.
    func response(to request: Request) throws -> Response {
        guard let query = request.target.query, let count = try Self.prefix(query) else {
            return try conditionalResponse(to: request)
        }
        return try FileRepresentation(self, first: count).conditionalResponse(to: request)
    }

    /// How many bytes a query asks for; nil if it says nothing of them.
    @inline(never)
    static func prefix(_ query: String) throws -> UInt64? {
        let value: String?
        do throws(HTTPSyntaxError) {
            value = try QueryItems(decoding: query)["bytes"]
        } catch {
            throw HandlerFailure(.badRequest, "The query has too many fields.", cause: error)
        }
        guard let value else { return nil }
        let isNumber = !value.isEmpty && value.utf8.allSatisfy { $0.decimalValue != nil }
        // A number that no integer holds is more than any file has.
        guard isNumber, value.utf8.contains(where: { $0 != UInt8(ascii: "0") }) else {
            throw HandlerFailure(.badRequest, "In the query, bytes must be a positive integer.")
        }
        return UInt64(value) ?? .max
    }

    private func conditionalResponse(to request: Request) throws -> Response {
        let (hasConditions, range) = request.fields.conditionsAndRange
        guard hasConditions else { return try response(range, to: request) }
        switch ConditionalRequest.evaluate(
            request.fields, method: request.method, etag: facts.etag, lastModified: facts.lastModified)
        {
        case .notModified: return notModified
        case .preconditionFailed: throw HandlerFailure(.preconditionFailed)
        case .proceed: break
        }
        let isPermitted = ConditionalRequest.permitsRange(
            request.fields, etag: facts.etag, lastModified: facts.lastModified)
        return try response(isPermitted ? range : nil, to: request)
    }

    /// The parts that the value of Range names, or the whole.
    private func response(_ range: String?, to request: Request) throws -> Response {
        // RFC 9110 §14.2: a range is defined for GET alone.
        guard let range, !facts.isMade, request.method == .get else { return whole }
        switch ByteRangeRequest(range, size: content.length) {
        case .whole: return whole
        case .unsatisfiable: throw unsatisfiable
        case .part(let part): return partial(part)
        case .parts(let parts): return partial(parts)
        }
    }

    /// The whole with another status, which has neither conditions nor parts; nil if the client refuses its type.
    func response(with status: HTTPResponse.Status, to request: Request) -> Response? {
        if let type = MediaType(type), ContentNegotiation.weight(of: type, in: request.fields) == 0 {
            return nil
        }
        var response = Response(status, fields: fields, body: content.whole)
        for name in [HTTPField.Name.acceptRanges, .eTag, .lastModified] { response.fields[name] = nil }
        response.fields.append(.vary, "Accept")
        return response
    }

    private var whole: Response { Response(.ok, fields: fields, body: content.whole) }

    /// RFC 9110 §15.4.5: the fields that guide a cache, and no others.
    private var notModified: Response {
        var kept: ResponseFields = [.eTag: facts.etag.description]
        kept[.cacheControl] = fields[.cacheControl]
        kept[.vary] = fields[.vary]
        return Response(.notModified, fields: kept)
    }

    private var unsatisfiable: HandlerFailure {
        HandlerFailure(
            .rangeNotSatisfiable, "The file has \(content.length) bytes, and none of them are in the range.",
            fields: [.contentRange: ByteRangeRequest.unsatisfiedContentRange(size: content.length)])
    }

    private func partial(_ part: Range<UInt64>) -> Response {
        var fields = fields
        fields.append(.contentRange, ByteRangeRequest.contentRange(part, size: content.length))
        return Response(.partialContent, fields: fields, body: content.body(of: part))
    }

    private func partial(_ parts: [Range<UInt64>]) -> Response {
        let multipart = MultipartByteRanges(parts, of: content, type: type)
        var fields = fields
        fields[.contentType] = multipart.type
        return Response(.partialContent, fields: fields, body: .pieces(multipart.pieces))
    }
}

extension HTTPFields {
    /// Whether there are conditions, and the value of Range: found in one pass.
    fileprivate var conditionsAndRange: (hasConditions: Bool, range: String?) {
        var (hasConditions, range) = (false, String?.none)
        for field in self {
            let name = field.name.canonicalName
            switch name.utf8.first {
            case UInt8(ascii: "i") where name.hasPrefix("if-"): hasConditions = true
            case UInt8(ascii: "r") where name == "range": range = range == nil ? field.value : self[.range]
            default: break
            }
        }
        return (hasConditions, range)
    }
}
