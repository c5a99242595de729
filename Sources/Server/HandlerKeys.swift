// The keys that every [handler PATH] section may have, whatever its module.

import Configuration

/// The keys of a `[handler PATH]` section beside its module's own.
package enum HandlerKeys {
    package static let module = Key<String>(
        "module", .word, "The module that makes the handler, see portico modules.")
    package static let bodyBytes = Key<Int?>.optional(
        "body_bytes", .either("infinity", or: .byteCount),
        "The most bytes of a request's body here; the server's body_bytes if it isn't given.")

    /// The section without its module's keys.
    package static let schema = SectionSchema(
        "handler", argument: .required("PATH"),
        "What answers below a path prefix, the longest wins; HOST/PATH binds it to one name.",
        keys: [AnyKey(module), AnyKey(bodyBytes)])
}
