// Which handler answers: by host, then by the longest path prefix that ends at a slash.

import HTTPTypes
import HandlerKit

/// A handler at its place.
package final class Route: Sendable {
    /// The host that it is bound to, in lower case; nil for all.
    package let host: String?
    /// The path prefix, `/` or `/echo`: no slash at its end otherwise.
    package let prefix: String
    fileprivate let prefixBytes: [UInt8]
    /// The place as the configuration says it, `/echo` or `host/echo`, for the log.
    package let place: String
    package let handler: any Handler
    /// What the handler's `methods` said when it was made.
    private let methods: ServedMethods
    let bodyLimit: UInt64?

    package init(host: String?, prefix: String, handler: any Handler, bodyLimit: UInt64?) {
        self.host = host
        self.prefix = prefix
        prefixBytes = Array(prefix.utf8)
        place = (host ?? "") + prefix
        self.handler = handler
        self.bodyLimit = bodyLimit ?? handler.bodyLimit
        methods = ServedMethods(handler.methods)
    }

    /// The value of an `Allow` field.
    var allow: String { methods.allow }

    /// Whether the handler takes the method; HEAD goes with GET.
    func serves(_ method: HTTPRequest.Method) -> Bool {
        methods.contains(method)
    }

    /// Parses the argument of a `[handler …]` section: `/path`, or `host/path`.
    ///
    /// - Returns: nil when there is no slash in it.
    package static func place(_ argument: String) -> (host: String?, prefix: String)? {
        guard let slash = argument.firstIndex(of: "/") else { return nil }
        let host = argument[..<slash].lowercased()
        var prefix = argument[slash...]
        while prefix.count > 1, prefix.last == "/" { prefix.removeLast() }
        return (host.isEmpty ? nil : host, String(prefix))
    }
}

/// All routes of a configuration.
package struct RouteTable: Sendable {
    /// Those with a host first, each group with the longest prefix first.
    private let routes: [Route]
    private let hasHosts: Bool

    package init(_ routes: [Route]) {
        self.routes = routes.sorted {
            ($0.host != nil ? 1 : 0, $0.prefix.utf8.count) > ($1.host != nil ? 1 : 0, $1.prefix.utf8.count)
        }
        hasHosts = routes.contains { $0.host != nil }
    }

    /// All routes, in the order in which they are asked.
    package var all: [Route] { routes }

    /// The route for a path, or nil.
    ///
    /// - Parameters:
    ///   - authority: the request's host, with a port or not.
    ///   - path: the decoded path.
    func match(authority: String?, path: String) -> Route? {
        let host = hasHosts ? authority.map(Self.hostName) : nil
        for route in routes where (route.host == nil || route.host == host) && route.covers(path) {
            return route
        }
        return nil
    }

    /// The name without its port, in lower case (RFC 9110 §4.2.3).
    static func hostName(_ authority: String) -> String {
        let end = authority.hasPrefix("[") ? authority.firstIndex(of: "]") : nil
        let port = authority[(end ?? authority.startIndex)...].firstIndex(of: ":")
        return authority[..<(port ?? authority.endIndex)].lowercased()
    }
}

extension Route {
    fileprivate func covers(_ path: String) -> Bool {
        let length = prefixBytes.count
        let bytes = path.utf8.span
        guard bytes.count >= length else { return false }
        // Byte by byte: `hasPrefix` takes different spellings of a letter for the same, and they differ in length.
        for index in 0..<length where bytes[index] != prefixBytes[index] { return false }
        return length == 1 || bytes.count == length || bytes[length] == UInt8(ascii: "/")
    }
}
