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
    package static let auth = Key<FileSource>.optional(
        "auth", .fileSource,
        "Who has to give a password: a file by htpasswd -B or with yescrypt, or credential:NAME; nobody without it."
    )
    package static let authRealm = Key(
        "auth.realm", .realm, default: "Portico", "What the browser calls what the password is for.")
    package static let authFailures = Key<Int?>(
        "auth.failures", .either("infinity", or: .integer(in: 1...100_000)), default: "10",
        "Wrong passwords of one client in a minute; more are answered with 429.")
    package static let faultDelay = Key<Chance<Duration>>.optional(
        "fault.delay", .sometimes(.duration(in: .zero...(.seconds(3600)))),
        "How long answers are held back, all or a percentage of them, to test clients.")
    package static let faultJitter = Key<Duration>(
        "fault.jitter", .duration, default: "0", bounds: .zero...(.seconds(3600)),
        "How far that time strays, up or down.")
    package static let faultRate = Key<Int>.optional(
        "fault.rate", .rate(in: 1...1 << 40), "Bytes of a body that are sent in a second.")
    package static let faultStatus = Key<Chance<Int>>.optional(
        "fault.status", .sometimes(.integer(in: 400...599)),
        "The error that is answered in place of what the module says: 503 10%.")
    package static let faultTruncate = Key<Chance<Int>>.optional(
        "fault.truncate", .sometimes(.byteCount(in: 0...1 << 50)),
        "Bytes of a body after which the transfer is aborted: 1K 5%.")
    package static let faultReset = Key<Double>.optional(
        "fault.reset", .percentage,
        "Requests whose connection, or stream of HTTP/2, is reset in place of an answer.")
    package static let faultSeed = Key<Int>.optional(
        "fault.seed", .integer.bounded(by: 0...),
        "What the chances are drawn from, the same again for the same number; the log says which it was.")

    /// The section without its module's keys.
    package static let schema = SectionSchema(
        "handler", argument: .required("PATH"),
        "What answers below a path prefix, the longest wins; HOST/PATH binds it to one name.",
        keys: [
            AnyKey(module), AnyKey(bodyBytes), AnyKey(allow), AnyKey(deny), AnyKey(auth),
            AnyKey(authRealm), AnyKey(authFailures), AnyKey(faultDelay), AnyKey(faultJitter),
            AnyKey(faultRate), AnyKey(faultStatus), AnyKey(faultTruncate), AnyKey(faultReset),
            AnyKey(faultSeed),
        ])
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

extension ValueType where Value == String {
    /// A text that may stand in a field: no control characters (RFC 9110 §5.5).
    static var realm: ValueType {
        ValueType(name: "text", format: { $0 }) { (text, _) throws(ValueProblem) in
            if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                throw ValueProblem("a control character can't be sent")
            }
            return text
        }
    }
}
