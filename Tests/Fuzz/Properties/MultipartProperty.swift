// RFC 7578, RFC 2046 §5.1: the multipart decoder.
import HTTPCore

extension FuzzTarget {
    /// The input's first line is the boundary, unless none can be; the rest is the form.
    static let multipart = FuzzTarget("multipart") { input in
        let line = String(decoding: input.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let form = Array(input.dropFirst(line.utf8.count + 1))
        let boundary =
            DecodedForm([], boundary: line, ends: []).failure?.code == .invalidBoundary ? "b" : line
        for limits in [MultipartLimits(), MultipartLimits(headBytes: 64, parts: 2, paddingBytes: 8)] {
            let whole = DecodedForm(form, boundary: boundary, ends: [form.count], limits: limits)
            func decodes(_ ends: some Sequence<Int>, _ how: String) throws(Violation) {
                let pieces = DecodedForm(form, boundary: boundary, ends: ends, limits: limits)
                try require(pieces.parts, equals: whole.parts, "the parts of a form that comes \(how)")
                try require(pieces.failure, equals: whole.failure, "the failure of a form that comes \(how)")
                if whole.failure == nil {
                    try require(pieces.consumed, equals: whole.consumed, "consumed, \(how)")
                }
            }
            try decodes(0...form.count, "byte by byte")
            for split in splits(form) { try decodes([split, form.count], "split at \(split)") }
            try require(whole.parts.count <= limits.parts, "the limit of parts")
            try require(whole.parts.dropLast().allSatisfy(\.hasEnded), "a part ends before the next begins")
        }
        try carries(form)
    }

    /// Any bytes that do not hold the delimiter are data.
    private static func carries(_ data: [UInt8]) throws(Violation) {
        let boundary = "boundary"
        let delimiter = Array("\r\n--\(boundary)".utf8)
        guard !(Array("\r\n".utf8) + data).contains(delimiter) else { return }
        let head = "--\(boundary)\r\nContent-Disposition: form-data; name=n\r\n\r\n"
        let bytes = Array(head.utf8) + data + delimiter + Array("--".utf8)
        for split in splits(bytes) {
            let form = DecodedForm(bytes, boundary: boundary, ends: [split, bytes.count])
            try require(form.parts.map(\.data), equals: [data], "data between delimiters, split at \(split)")
            try require(form.failure == nil && form.consumed == bytes.count, "the end of a form")
        }
    }
}
