// What links to a handler begin with: its path, and before that its origin.

import HTTPCore
import HTTPTypes
import HandlerKit

/// A handler's path, encoded, for a slash and more to follow: empty for `/`.
func linkPrefix(_ mount: String) -> String {
    mount.utf8.count > 1 ? PercentEncoding.encode(path: mount.utf8) : ""
}

extension ModuleContext {
    /// What the handler's links begin with.
    var linkPrefix: String { Modules.linkPrefix(mount) }
}

extension Request {
    /// `https`, or `http` on a listener without TLS.
    var scheme: String { head.scheme ?? "http" }

    /// The host, and the port if it says one, that the client asks; the address that it reached if it names none.
    var authority: String { head.authority ?? connection.local.description }

    /// What an absolute link begins with: `https://localhost:8443`.
    var origin: String { "\(scheme)://\(authority)" }

    /// What the client asked for, whatever form its target has: `https://localhost:8443/a%20b?c=d`.
    var url: String { origin + target.rawPath + (target.query.map { "?\($0)" } ?? "") }
}
