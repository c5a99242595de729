// What a form submitted, however it was encoded. Unless asked for nothing of a file is kept but what can be said of it.

import Digests
import HTTPCore
import HandlerKit

/// The fields of a form in their order.
struct SubmittedForm {
    /// One field: a text, or a file.
    struct Field {
        let name: String
        /// The text; nil of a file.
        var value: String?
        var fileName: String?
        /// What can be said of a part of a multipart form; nil of a field of another form.
        var part: Part?
    }

    /// The content of a part.
    struct Part {
        let type: MediaType
        var size: UInt64 = 0
        /// 64 hexadecimal digits.
        var sha256 = ""
        /// The content, if files are kept.
        var bytes: [UInt8] = []
    }

    private(set) var fields: [Field] = []
    /// How many bytes more may be kept.
    private var allowance: Int
    private let keepsFiles: Bool
    /// Of the last field, whose part has not ended.
    private var digest: SHA256?

    /// The fields of a query or of a url-encoded form.
    init(_ items: QueryItems) {
        fields = items.map { Field(name: $0.name, value: $0.value) }
        (allowance, keepsFiles, digest) = (0, false, nil)
    }

    /// Reads a multipart form.
    ///
    /// - Parameter limit: the most bytes of names, texts, and files if they are kept.
    init(_ body: RequestBody, type: MediaType, limit: Int, keepsFiles: Bool = false) async throws {
        (allowance, self.keepsFiles) = (limit, keepsFiles)
        var reader = try MultipartReader(body, type)
        while let event = try await reader.next() {
            switch event {
            case .part(let part): try begin(part)
            case .data(let bytes): try append(bytes)
            case .endOfPart: end()
            }
        }
    }

    private mutating func begin(_ part: MultipartPart) throws {
        try keep(part.name.utf8.count + (part.fileName?.utf8.count ?? 0))
        fields.append(Field(name: part.name, fileName: part.fileName, part: Part(type: part.contentType)))
        digest = SHA256()
    }

    private mutating func append(_ data: ArraySlice<UInt8>) throws {
        let last = fields.count - 1
        fields[last].part?.size += UInt64(data.count)
        digest?.update(data.span)
        guard keepsFiles || fields[last].fileName == nil else { return }
        try keep(data.count)
        fields[last].part?.bytes += data
    }

    private mutating func end() {
        let last = fields.count - 1
        fields[last].part?.sha256 = digest?.finish() ?? ""
        guard fields[last].fileName == nil, let text = fields[last].part?.bytes else { return }
        fields[last].value = String(decoding: text, as: UTF8.self)
        fields[last].part?.bytes = []
    }

    private mutating func keep(_ count: Int) throws {
        allowance -= count
        guard allowance >= 0 else { throw BodyFailure(.tooLarge) }
    }
}
