// The table of [listen NAME]: a listener with rules of its own, where [server] has only lists of addresses.

import Configuration
import Middleware
import Sockets
import TLS

/// The keys of the `[listen NAME]` sections.
package enum ListenKeys {
    package static let address = Key<[ListenAddress]>(
        "address", .list(.listenAddress, minimum: 1),
        "Where it listens, in the same forms as listen of [server].")
    package static let tls = Key<Bool>("tls", .yesNo, default: "yes", "Whether TLS is spoken.")
    package static let proxyProtocol = Key<Bool>(
        "proxy_protocol", .yesNo, default: "no",
        "Whether peers in trusted begin with a PROXY header, version 1 or 2, that says who the client is.")
    package static let trusted = Key<[AddressRange]>(
        "trusted", .list(.addressRange), default: "",
        "Who has to send that header: addresses, networks such as 10.0.0.0/8, unix for all unix sockets.")
    package static let fault = Key<TLSFault?>(
        "fault", .either("none", or: .choice()), default: "none",
        "What is wrong there on purpose, to test clients with.")

    /// The section with all its keys.
    package static let schema = SectionSchema(
        "listen", argument: .required("NAME"),
        "A listener with rules of its own, beside listen and listen_plain of [server].",
        keys: [AnyKey(address), AnyKey(tls), AnyKey(proxyProtocol), AnyKey(trusted), AnyKey(fault)])
}
