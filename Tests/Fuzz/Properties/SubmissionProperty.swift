// What a client submits: forms in pieces of any size, and bodies that are shown by how they begin.
#if TESTABLE
import Digests
import HTTPCore
import HTTPTypes
import HandlerKit
import HandlerTesting

@testable import Modules

extension FuzzTarget {
    /// The input's first line is the body's type; the rest is the body.
    static let submission = FuzzTarget("submission") { input in
        let line = String(decoding: input.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let body = Array(input.dropFirst(line.utf8.count + 1))
        try runAtOnce {
            try await isForm(body, boundary: MediaType(line)?.parameter("boundary") ?? "b")
            try await isShown(body, type: line)
        }
    }

    /// Whole, in small pieces, and split once.
    private static func ways(toCut body: [UInt8]) -> [[[UInt8]]] {
        let small = stride(from: 0, to: body.count, by: 7).map { Array(body[$0..<min($0 + 7, body.count)]) }
        return [[body], small] + splits(body).prefix(1).map { [Array(body[..<$0]), Array(body[$0...])] }
    }

    private static func submitted(_ pieces: [[UInt8]]) throws -> RequestBody {
        try Request.make(.post, "/", chunks: pieces).body
    }

    /// A form has the parts that the decoder finds in its bytes.
    private static func isForm(_ body: [UInt8], boundary: String) async throws {
        let decoded = DecodedForm(body, boundary: boundary, ends: [body.count])
        let type = MediaType(
            type: "multipart", subtype: "form-data", parameters: [.init(name: "boundary", value: boundary)])
        for pieces in ways(toCut: body) {
            for (limit, keepsFiles) in [(1_024, true), (64, false)] {
                let form: SubmittedForm
                do {
                    form = try await SubmittedForm(
                        try submitted(pieces), type: type, limit: limit, keepsFiles: keepsFiles)
                } catch let error as HTTPSyntaxError {
                    try require(error, equals: decoded.failure ?? error, "why a form is none")
                    try require(decoded.failure != nil, "a form was refused: \(error)")
                    continue
                } catch let error as BodyFailure {
                    try require(
                        error.code == .tooLarge && kept(decoded, keepsFiles) > limit, "refused: \(error)")
                    continue
                }
                try require(decoded.failure == nil, "a form without an end was taken")
                try require(kept(decoded, keepsFiles) <= limit, "more was kept than \(limit) bytes")
                try isSame(form, decoded, keepsFiles)
            }
        }
    }

    /// How many bytes are kept of a form.
    private static func kept(_ form: DecodedForm, _ keepsFiles: Bool) -> Int {
        form.parts.reduce(0) { sum, part in
            sum + part.part.name.utf8.count + (part.part.fileName?.utf8.count ?? 0)
                + (keepsFiles || part.part.fileName == nil ? part.data.count : 0)
        }
    }

    private static func isSame(_ form: SubmittedForm, _ decoded: DecodedForm, _ keepsFiles: Bool)
        throws(Violation)
    {
        try require(form.fields.count, equals: decoded.parts.count, "the number of fields")
        for (field, part) in zip(form.fields, decoded.parts) {
            let isFile = part.part.fileName != nil
            try require(field.name, equals: part.part.name, "the name of a field")
            try require(field.fileName, equals: part.part.fileName, "the name of \(field.name)'s file")
            try require(
                field.value, equals: isFile ? nil : String(decoding: part.data, as: UTF8.self),
                "the text of \(field.name)")
            try require(
                field.part?.bytes, equals: isFile && keepsFiles ? part.data : [], "the bytes of \(field.name)"
            )
            try require(field.part?.size, equals: UInt64(part.data.count), "the size of \(field.name)")
            try require(
                field.part?.sha256, equals: SHA256.hexadecimal(of: part.data.span),
                "the digest of \(field.name)")
        }
    }

    /// Other bodies, too, are the same in pieces, and what is shown of them is bounded.
    private static func isShown(_ body: [UInt8], type: String) async throws {
        for type in [type, "application/json"] {
            let whole = try await SubmittedBody(submitted([body]), type: type, limit: 512)
            let shown = whole.preview
            try require(shown.text.utf8.count <= 1_024, "\(shown.text.utf8.count) bytes of preview")
            try require(whole.size, equals: UInt64(body.count), "the size")
            for pieces in ways(toCut: body) {
                let other = try await SubmittedBody(submitted(pieces), type: type, limit: 512)
                try require(other.preview.text, equals: shown.text, "what is shown")
                try require(other.preview.isWhole, equals: shown.isWhole, "whether that is all")
                try require(other.sha256, equals: whole.sha256, "the digest")
                try require(other.parsed, equals: whole.parsed, "what JSON says")
            }
        }
    }
}
#endif
