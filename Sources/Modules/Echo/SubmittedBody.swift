// A body that is no form: as much as can be said of it in bounded memory, however long it is.

import Digests
import HTTPCore
import HandlerKit

/// What a body was.
struct SubmittedBody {
    /// The type as the client said it; nil if it didn't.
    let type: String?
    let size: UInt64
    /// 64 hexadecimal digits.
    let sha256: String
    /// The first bytes.
    let beginning: [UInt8]
    /// What a body of type JSON says; nil of another type, or if it is too long to be kept.
    let parsed: Result<JSONValue, JSONSyntaxError>?

    private static let previewBytes = 1_024

    /// Reads a body.
    ///
    /// - Parameter limit: the most bytes of JSON that are kept.
    init(_ body: RequestBody, type: String?, limit: Int) async throws(BodyFailure) {
        var reading = Reading(kept: Self.isJSON(type) ? limit : Self.previewBytes)
        while let piece = try await body.next() { reading.take(piece) }
        self.init(reading, type: type)
    }

    private init(_ reading: Reading, type: String?) {
        self.type = type
        size = reading.size
        sha256 = reading.digest.finish()
        beginning = Array(reading.bytes.prefix(Self.previewBytes))
        parsed =
            Self.isJSON(type) && reading.size == reading.bytes.count
            ? Result { () throws(JSONSyntaxError) in try JSONValue(parsing: reading.bytes) } : nil
    }

    /// What has been read.
    private struct Reading {
        let kept: Int
        let digest = SHA256()
        var size: UInt64 = 0
        var bytes: [UInt8] = []

        init(kept: Int) { self.kept = kept }

        mutating func take(_ piece: [UInt8]) {
            digest.update(piece.span)
            size += UInt64(piece.count)
            bytes += piece.prefix(kept - bytes.count)
        }
    }

    /// RFC 6839 §3.1: a suffix says it too.
    private static func isJSON(_ type: String?) -> Bool {
        guard let media = type.flatMap({ MediaType($0) }) else { return false }
        return media.essence == "application/json" || media.subtype.hasSuffix("+json")
    }

    /// The first bytes as text; nil if they are none.
    var text: String? {
        guard !beginning.contains(0) else { return nil }
        // A character that is cut at the end doesn't make it less of a text.
        for cut in 0...(size > beginning.count ? min(3, beginning.count) : 0) {
            if let text = String(validating: beginning.dropLast(cut), as: UTF8.self) { return text }
        }
        return nil
    }

    /// What is shown of the body, its text, JSON in lines, or the first bytes as hexadecimal digits; and whether that
    /// is all of it.
    var preview: (text: String, isWhole: Bool) {
        if case .success(let value) = parsed {
            let lines = value.pretty(cutBeyond: Self.previewBytes)
            guard lines.utf8.count > Self.previewBytes else { return (lines, true) }
            return (String(lines[..<lines.utf8.index(lines.startIndex, offsetBy: Self.previewBytes)]), false)
        }
        if let text { return (text, size == beginning.count) }
        return (hexadecimal, size <= Self.dumpedBytes)
    }

    private static let dumpedBytes = 256

    /// `00010203 …`, 16 bytes a line.
    private var hexadecimal: String {
        let bytes = beginning.prefix(Self.dumpedBytes).map { String(256 + Int($0), radix: 16).dropFirst() }
        let lines = stride(from: 0, to: bytes.count, by: 16).map { start in
            bytes[start..<min(start + 16, bytes.count)].joined(separator: " ")
        }
        return lines.joined(separator: "\n")
    }
}
