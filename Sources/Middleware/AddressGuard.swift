// Who may come at all, by address: the keys `allow` and `deny`.

import Configuration
import HTTPTypes
import HandlerKit
import Sockets

/// A handler for clients of some addresses; others get a 403.
package struct AddressGuard: WrappingHandler {
    let inner: any Handler
    private let rules: AddressRules

    /// The handler behind the rules of its section; the handler itself if there are none.
    package static func around(_ handler: any Handler, _ section: Section) -> any Handler {
        let rules = AddressRules(allow: section[HandlerKeys.allow], deny: section[HandlerKeys.deny])
        return rules.isEmpty ? handler : AddressGuard(inner: handler, rules: rules)
    }

    package func answerAtOnce(to request: Request) throws -> Response? {
        guard rules.admit(request.connection.remote) else {
            throw HandlerFailure(.forbidden, "Clients of your address may not see this.")
        }
        return try inner.answerAtOnce(to: request)
    }

    package func respond(to request: Request) async throws -> Response {
        try await inner.respond(to: request)
    }
}

/// Which addresses are let in.
struct AddressRules: Sendable {
    private let allow: [AddressRange]
    private let deny: [AddressRange]

    init(allow: [AddressRange], deny: [AddressRange]) {
        self.allow = allow
        self.deny = deny
    }

    var isEmpty: Bool { allow.isEmpty && deny.isEmpty }

    /// Whether a client is let in: the narrowest range that has its address decides, `deny` where both have the same;
    /// an address that is in none is let in if nothing is to be allowed.
    func admit(_ client: Endpoint) -> Bool {
        // What can't be read can't be judged.
        guard let address = SocketAddress(client) else { return false }
        guard let allowed = Self.narrowest(of: allow, with: address) else {
            return allow.isEmpty && Self.narrowest(of: deny, with: address) == nil
        }
        return Self.narrowest(of: deny, with: address).map { $0 < allowed } ?? true
    }

    /// The length of the longest prefix that the address has; nil if it has none of them.
    private static func narrowest(of ranges: [AddressRange], with address: SocketAddress) -> Int? {
        ranges.lazy.filter { $0.contains(address) }.map(\.prefix).max()
    }
}

extension SocketAddress {
    /// The address without a port; nil if the text is none.
    init?(_ endpoint: Endpoint) {
        guard endpoint.port != nil else {
            self = .unnamed
            return
        }
        // A link-local address has its interface behind it.
        guard let address = SocketAddress(host: String(endpoint.host.prefix { $0 != "%" })) else {
            return nil
        }
        self = address.withoutMapping
    }
}
