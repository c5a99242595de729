// What a form submitted, however it was encoded. Of a file nothing is kept but what it is called and how long it is.

import HTTPCore
import HandlerKit

/// The fields of a form in their order.
struct SubmittedForm {
    /// One field: a text, or a file.
    struct Field: Encodable {
        let name: String
        /// The text; nil of a file.
        var value: String?
        var fileName: String?
        /// The content's type, as a part of a multipart form has it.
        var type: String?
        /// How many bytes the content of a part has.
        var size: UInt64?
    }

    private(set) var fields: [Field] = []
    /// How many bytes more may be kept.
    private var allowance: Int
    /// The text of the last field, whose part has not ended.
    private var text: [UInt8] = []

    /// The fields of a query or of a url-encoded form.
    init(_ items: QueryItems) {
        fields = items.map { Field(name: $0.name, value: $0.value) }
        allowance = 0
    }

    /// Reads a multipart form.
    ///
    /// - Parameter limit: the most bytes of names and texts.
    init(_ body: RequestBody, type: MediaType, limit: Int) async throws {
        allowance = limit
        var decoder = try MultipartDecoder(type)
        while let piece = try await body.next() { try take(piece, &decoder) }
        try decoder.finish()
    }

    private mutating func take(_ piece: [UInt8], _ decoder: inout MultipartDecoder) throws {
        var rest = piece[...]
        while true {
            switch try decoder.next(rest.span) {
            case .needMore, .end: return
            case .part(let part, let consumed):
                try begin(part)
                rest.removeFirst(consumed)
            case .data(let range):
                try append(rest.prefix(range.upperBound))
                rest.removeFirst(range.upperBound)
            case .heldData(let bytes): try append(bytes)
            case .endOfPart(let consumed):
                end()
                rest.removeFirst(consumed)
            }
        }
    }

    private mutating func begin(_ part: MultipartPart) throws {
        try keep(part.name.utf8.count + (part.fileName?.utf8.count ?? 0))
        fields.append(
            Field(name: part.name, fileName: part.fileName, type: part.contentType.essence, size: 0))
    }

    private mutating func append(_ data: ArraySlice<UInt8>) throws {
        let last = fields.count - 1
        fields[last].size = (fields[last].size ?? 0) + UInt64(data.count)
        guard fields[last].fileName == nil else { return }
        try keep(data.count)
        text += data
    }

    private mutating func end() {
        let last = fields.count - 1
        guard fields[last].fileName == nil else { return }
        fields[last].value = String(decoding: text, as: UTF8.self)
        text = []
    }

    private mutating func keep(_ count: Int) throws {
        allowance -= count
        guard allowance >= 0 else { throw BodyFailure(.tooLarge) }
    }
}
