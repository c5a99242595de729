// Where the configuration says to listen, whichever section says it: [server] in short, [listen NAME] at length.

import Configuration
import Server
import TLS

/// An address that is listened at, with the rules for its connections.
struct ListenEntry {
    let address: ListenAddress
    let rules: ListenerRules
    /// What diagnostics call the key: `listen`, or `[listen front] address`.
    let key: String
    let location: SourceLocation
}

extension Settings {
    /// All entries, those with TLS first; one that stands twice under one key is one.
    var listenEntries: [ListenEntry] {
        let sections = listeners.map { section in
            entries(
                section, ListenKeys.address, ListenerRules(section), named: "\(section.header) address")
        }
        let secure = entries(server, ServerKeys.listen, ListenerRules(isTLS: true), named: "listen")
        let plain = entries(
            server, ServerKeys.listenPlain, ListenerRules(isTLS: false), named: "listen_plain")
        let all = secure + plain + sections.joined()
        return all.filter(\.rules.isTLS) + all.filter { !$0.rules.isTLS }
    }

    private func entries(
        _ section: Section, _ key: Key<[ListenAddress]>, _ rules: ListenerRules, named name: String
    ) -> [ListenEntry] {
        var seen: Set<ListenAddress> = []
        return (section.optional(key) ?? []).filter { seen.insert($0).inserted }.map {
            ListenEntry(address: $0, rules: rules, key: name, location: section.location(of: key))
        }
    }

    /// What the listeners do wrong on purpose.
    var faults: Set<TLSFault> { Set(listenEntries.compactMap(\.rules.fault)) }

    /// Reports faults where there can be none.
    static func reportFaults(
        _ document: Document, _ listeners: [Section], into diagnostics: inout [Diagnostic]
    ) {
        for section in document.sections(named: ServerKeys.schema.name) {
            let location = section.location(of: ListenKeys.fault.name)
            guard location != section.location else { continue }
            let message =
                "fault: what [server] listens at has none; give the fault a [listen NAME] of its own"
            diagnostics.append(.error(at: location, message))
        }
        for section in listeners where section[ListenKeys.fault] != nil && !section[ListenKeys.tls] {
            let message = "fault: there is none without TLS, and 'tls' is no"
            diagnostics.append(.error(at: section.location(of: ListenKeys.fault), message))
        }
    }

    /// Reports what no proxy could do, or would have to.
    static func reportProxies(_ listeners: [Section], into diagnostics: inout [Diagnostic]) {
        for section in listeners {
            let isTrusted = !section[ListenKeys.trusted].isEmpty
            switch (section[ListenKeys.proxyProtocol], isTrusted) {
            case (true, false):
                let message = "proxy_protocol: nobody may send the header, since 'trusted' is empty"
                diagnostics.append(.error(at: section.location(of: ListenKeys.proxyProtocol), message))
            case (false, true):
                let message = "trusted: nobody is to send a header, since 'proxy_protocol' is no"
                diagnostics.append(.warning(at: section.location(of: ListenKeys.trusted), message))
            default: break
            }
        }
    }
}
