// The report as sections of labelled facts, from which both the text and the HTML are made.

/// The diagnostics page.
struct DiagnosticsPage: NegotiatedPage {
    let report: DiagnosticsReport

    init(_ report: DiagnosticsReport) {
        self.report = report
    }

    var document: DiagnosticsReport { report }

    var text: String {
        sections.map { section in
            let width = section.facts.map(\.label.count).max() ?? 0
            return section.facts.reduce("\(section.name)\n") { text, fact in
                let gap = String(repeating: " ", count: width - fact.label.count + 2)
                return text + "  \(visible(fact.label))\(gap)\(visible(fact.value))\n"
            }
        }.joined(separator: "\n")
    }

    var html: String {
        Self.template.render(Model(title: "Diagnostics", sections: sections))
    }

    private struct Model {
        let title: String
        let sections: [FactSection]
    }

    private static let template = PageTemplate(
        """
        <h1>{{title}}</h1>
        <div class="sections">
        {{#sections}}
        <section class="card{{#isShort}} short{{/isShort}}">
        <h2>{{name}}</h2>
        <table class="facts">
        {{#facts}}
        <tr><th scope="row">{{label}}</th><td class="mono">{{value}}</td></tr>
        {{/facts}}
        </table>
        </section>
        {{/sections}}
        </div>
        """)
}

struct FactSection {
    let name: String
    let facts: [Fact]
    /// Whether two such sections fit side by side.
    var isShort = false
}

struct Fact {
    let label: String
    let value: String

    init(_ label: String, _ value: String) {
        self.label = label
        self.value = value
    }

    /// No fact of what is not known.
    init?(_ label: String, _ value: String?) {
        guard let value else { return nil }
        self.init(label, value)
    }
}

extension DiagnosticsPage {
    private var sections: [FactSection] {
        let before = [
            FactSection(name: "Request", facts: requestFacts),
            FactSection(name: "Fields", facts: report.request.fields.map { Fact($0.name, $0.value) }),
            FactSection(name: "Connection", facts: connectionFacts, isShort: true),
        ]
        let after = [
            FactSection(name: "Server", facts: serverFacts),
            FactSection(name: "Listeners", facts: listenerFacts),
        ]
        return (before + tlsSections + after).filter { !$0.facts.isEmpty }
    }

    private var requestFacts: [Fact] {
        let request = report.request
        return [
            Fact("Method", request.method), Fact("Target", request.target), Fact("Path", request.path),
            Fact("Query", request.query), Fact("Authority", request.authority),
            Fact("Version", request.version),
            Fact("Handler at", request.handlerPath), Fact("User", request.user), Fact("Body", bodyText),
            Fact("Request id", request.id),
        ].compactMap { $0 }
    }

    private var bodyText: String? {
        report.request.bodyLength.map { $0 == 0 ? nil : "\($0) bytes" } ?? "chunked"
    }

    private var connectionFacts: [Fact] {
        let connection = report.connection
        return [
            Fact("Client", address(connection.clientAddress, connection.clientPort)),
            Fact("Server", address(connection.localAddress, connection.localPort)),
            Fact("Proxy", connection.proxyAddress.map { address($0, connection.proxyPort) }),
            Fact("Listener", connection.listener), Fact("Worker", "\(connection.worker)"),
            Fact("Listener fault", connection.listenerFault),
            Fact("Request number", "\(connection.requestNumber)"),
        ].compactMap { $0 }
    }

    private func address(_ host: String, _ port: UInt16?) -> String {
        guard let port else { return host.isEmpty ? "unix socket" : "unix socket \(host)" }
        return "\(host) port \(port)"
    }

    private var serverFacts: [Fact] {
        let server = report.server
        return [
            Fact("Software", "\(server.name) \(server.version)"), Fact("Process", "\(server.pid)"),
            Fact("Uptime", span(server.uptimeSeconds)), Fact("Workers", "\(server.workers)"),
            Fact("Configuration", server.configurationFile ?? "none"),
            Fact("Generation", "\(server.configurationGeneration)"), Fact("Last reload", reloadText),
            Fact("Open connections", "\(server.openConnections)"), Fact("Requests", "\(server.requests)"),
            Fact("TLS library", server.tlsLibrary), Fact("Ticket key age", span(server.ticketKeyAgeSeconds)),
            Fact("Invocation", server.invocationID),
        ].compactMap { $0 }
    }

    private var reloadText: String {
        guard let reload = report.server.lastReload else { return "never" }
        return "\(reload.time), \(reload.applied ? "applied" : "refused"): \(reload.outcome)"
    }

    private var listenerFacts: [Fact] {
        report.server.listeners.map { listener in
            let origin = listener.systemd ? ", handed over by systemd" : ""
            let fault = listener.fault.map { ", fault = \($0)" } ?? ""
            return Fact(
                listener.name, "\(listener.address) (\(listener.tls ? "TLS" : "plain")\(fault)\(origin))")
        }
    }
}
