// The path below a root that a request names, in bytes: names on Linux need not be UTF-8.

import HTTPCore
import HandlerKit

/// What a request asks for below a handler's root.
struct RequestedPath: Sendable {
    /// The whole decoded path, as the client knows it.
    let full: [UInt8]
    /// The path below the root, without a slash at either end; empty for the root itself.
    let relative: [UInt8]
    /// Whether the client's path ends in a slash.
    let endsInSlash: Bool

    init(_ request: Request) {
        full = request.target.pathBytes
        let mount = request.mount.utf8.count > 1 ? request.mount.utf8.count : 0
        endsInSlash = full.last == UInt8(ascii: "/")
        relative = Array(full.dropFirst(mount).drop { $0 == UInt8(ascii: "/") }.dropLast(endsInSlash ? 1 : 0))
    }

    /// Whether a name in it starts with a dot; `.well-known` (RFC 8615) at the start does not count.
    var isHidden: Bool {
        let names = relative.split(separator: UInt8(ascii: "/"))
        let isWellKnown = names.first.map { $0.elementsEqual(".well-known".utf8) } ?? false
        return names.dropFirst(isWellKnown ? 1 : 0).contains { $0.first == UInt8(ascii: ".") }
    }

    /// A name in the folder that this path names.
    func appending(_ name: [UInt8]) -> [UInt8] {
        relative.isEmpty ? name : relative + [UInt8(ascii: "/")] + name
    }

    /// Where the folder itself is, slash included, and the query with it.
    ///
    /// It starts with exactly one slash, and everything a browser could read as a host is encoded: the target's
    /// path has no empty segments, and `\` is `%5C`.
    func folderLocation(query: String?) -> String {
        let path = PercentEncoding.encode(path: full) + (endsInSlash ? "" : "/")
        guard let query else { return path }
        return path + "?" + PercentEncoding.encode(query: query.utf8)
    }
}
