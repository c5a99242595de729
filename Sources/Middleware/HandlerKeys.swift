// The keys that every [handler PATH] section may have, whatever its module.

import Configuration
import Sockets

/// The keys of a `[handler PATH]` section beside its module's own.
package enum HandlerKeys {
    package static let module = Key<String>(
        "module", .word, "The module that makes the handler, see portico modules.")
    package static let bodyBytes = Key<Int?>.optional(
        "body_bytes", .either("infinity", or: .byteCount),
        "The most bytes of a request's body here; the server's body_bytes if it isn't given.")
    package static let allow = Key<[AddressRange]>(
        "allow", .list(.addressRange), default: "",
        "Clients that are let in: addresses, networks such as 10.0.0.0/8, unix; the narrowest of allow and deny wins."
    )
    package static let deny = Key<[AddressRange]>(
        "deny", .list(.addressRange), default: "",
        "Clients that get a 403, in the same forms; who is in neither is let in if allow is empty.")

    /// The section without its module's keys.
    package static let schema = SectionSchema(
        "handler", argument: .required("PATH"),
        "What answers below a path prefix, the longest wins; HOST/PATH binds it to one name.",
        keys: [AnyKey(module), AnyKey(bodyBytes), AnyKey(allow), AnyKey(deny)])
}

extension ValueType where Value == AddressRange {
    /// An IP address, a network such as `10.0.0.0/8`, or `unix`.
    package static var addressRange: ValueType {
        ValueType(name: "address, network or unix") { (text, _) throws(ValueProblem) in
            do throws(SocketFailure) { return try AddressRange(parsing: text) } catch {
                throw ValueProblem(error.context)
            }
        }
    }
}
