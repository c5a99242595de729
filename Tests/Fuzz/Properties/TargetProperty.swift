// RFC 9112 §3.2, RFC 3986: request targets, authorities and percent-encoding.
import HTTPCore
import HTTPTypes

extension FuzzTarget {
    /// The input is a target, of each method that has forms of its own.
    static let target = FuzzTarget("target") { input in
        let raw = String(decoding: input, as: UTF8.self)
        for method in [HTTPRequest.Method.get, .options, .connect] {
            // A target that is refused makes no promises.
            guard let target = try? RequestTarget(raw, method: method) else { continue }
            try require(target.raw, equals: raw, "raw")
            switch target.form {
            case .origin, .absolute: try isPath(target)
            case .authority:
                try require(target.path.isEmpty && target.query == nil, "authority-form has no path")
            case .asterisk: try require(raw == "*" && target.path == "*", "asterisk-form")
            }
            if let authority = target.authority { try isAuthority(authority) }
        }
        try isAuthority(raw)
        try encodes(input)
    }

    private static func isPath(_ target: RequestTarget) throws(Violation) {
        let path = target.pathBytes
        try require(
            path.first == UInt8(ascii: "/") && !path.contains(0), "a path begins with a slash, has no NUL")
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        let dots: [ArraySlice<UInt8>] = [[0x2E], [0x2E, 0x2E]]
        try require(!segments.dropLast().contains([]), "an empty segment")
        try require(!segments.contains(where: dots.contains), "a dot segment")
        try require(target.isPathUTF8 == (String(validating: path, as: UTF8.self) != nil), "isPathUTF8")
        try require(path, equals: normalised(target.rawPath), "the path, decoded once")
        let encoded = PercentEncoding.encode(path: path)
        let again = try? RequestTarget(encoded, method: .get)  // nil is not equal
        try require(again?.pathBytes, equals: path, "the path, encoded and read again")
        let whole =
            (target.scheme.map { _ in target.raw.prefix { $0 != ":" } + "://" } ?? "")
            + (target.authority ?? "")
        let rawPath =
            target.rawPath == "/" && !target.raw.dropFirst(whole.count).hasPrefix("/") ? "" : target.rawPath
        try require(whole + rawPath + (target.query.map { "?\($0)" } ?? ""), equals: target.raw, "the parts")
    }

    /// What RFC 3986 §5.2.4 makes of a path after one decoding, with repeated slashes as one; the slow way.
    private static func normalised(_ raw: String) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = Array(raw.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            decoded.append(byte == UInt8(ascii: "%") ? UInt8(digits, radix: 16) ?? 0 : byte)
            if byte == UInt8(ascii: "%") { rest = rest.dropFirst(2) }
        }
        var kept: [ArraySlice<UInt8>] = []
        var isFolder = true
        for segment in decoded.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            isFolder = segment.allSatisfy { $0 == 0x2E } && segment.count <= 2
            if segment.count == 2, isFolder { _ = kept.popLast() }
            if !isFolder { kept.append(segment) }
        }
        let path = kept.reduce(into: [UInt8]()) { $0 += [0x2F] + $1 }
        return isFolder ? path + [0x2F] : path
    }

    private static func isAuthority(_ text: String) throws(Violation) {
        // What is refused makes no promises.
        guard let authority = try? Authority(text) else { return }
        try require(
            try? Authority(authority.description),  // nil is not equal
            equals: authority, "an authority that is read again")
    }

    private static func encodes(_ bytes: [UInt8]) throws(Violation) {
        let segment = PercentEncoding.encode(segment: bytes)
        let read = (try? QueryItems(decoding: segment))?.first?.name  // nil is not equal
        guard !bytes.isEmpty else { return }
        try require(read, equals: String(decoding: bytes, as: UTF8.self), "a segment, encoded and decoded")
    }
}
