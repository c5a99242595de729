// The sections of TLS: what was agreed on, what the client offered, and the certificates of both sides.

import HandlerKit

extension DiagnosticsPage {
    var tlsSections: [FactSection] {
        guard let tls = report.tls else {
            return [FactSection(name: "TLS", facts: [Fact("TLS", "none: a plain connection")], isShort: true)]
        }
        return [
            FactSection(name: "TLS", facts: facts(tls), isShort: true),
            FactSection(name: "What the client offers", facts: tls.clientHello.map(facts) ?? []),
            FactSection(
                name: "Server certificate", facts: facts(tls.serverCertificates, tls.certificateOrigin)),
            FactSection(name: "Client certificate", facts: facts(tls.clientCertificates)),
        ]
    }

    private func facts(_ tls: TLSReport) -> [Fact] {
        [
            Fact("Protocol", tls.version), Fact("Cipher", tls.cipher), Fact("Key exchange", tls.group),
            Fact("Signature", tls.signatureScheme), Fact("ALPN", tls.alpn ?? "none"),
            Fact("Server name (SNI)", tls.serverName ?? "none"),
            Fact("Session", tls.resumed ? "resumed, no certificate shown" : "new"),
            Fact("Early data", tls.earlyDataRefused ? "sent, and refused" : "none"),
            Fact("Kernel TLS", kernelText(tls)),
            Fact("Client certificate", tls.clientSubject ?? "none"),
        ].compactMap { $0 }
    }

    private func kernelText(_ tls: TLSReport) -> String? {
        switch tls.kernelTLS.flatMap(TLSHandshake.KernelTLS.init) {
        case .off: "off"
        case .absent: "none: the kernel has no TLS"
        case .unsuitable: "none: not with this cipher, or after a change of keys"
        case .ready: tls.alpn == "h2" ? "none over HTTP/2" : "from the first large file on"
        case .sending: "encrypts what is sent"
        case nil: nil
        }
    }

    private func facts(_ hello: ClientHelloReport) -> [Fact] {
        [
            Fact("Versions", list(hello.versions)), Fact("Cipher suites", list(hello.cipherSuites)),
            Fact("Groups", list(hello.groups)), Fact("Signature schemes", list(hello.signatureSchemes)),
            Fact("ALPN", list(hello.alpn)), Fact("Extensions", list(hello.extensions)),
            Fact("JA3", hello.ja3),
            Fact("JA3 text", hello.ja3Text), Fact("JA4", hello.ja4), Fact("JA4 text", hello.ja4Text),
        ].compactMap { $0 }
    }

    private func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }

    private func facts(_ certificates: [CertificateReport], _ origin: String? = nil) -> [Fact] {
        let known = certificates.flatMap { certificate in
            [
                Fact("Subject", certificate.subject.isEmpty ? "none" : certificate.subject),
                Fact(
                    "Names", certificate.alternativeNames.isEmpty ? nil : list(certificate.alternativeNames)),
                Fact("Issuer", certificate.issuer), Fact("Ends", endText(certificate)),
                Fact("SHA-256", certificate.sha256),
            ].compactMap { $0 }
        }
        return [Fact("Obtained by", origin.map(originText))].compactMap { $0 } + known
    }

    private func endText(_ certificate: CertificateReport) -> String {
        let days = certificate.daysLeft
        let left = days < 0 ? "expired" : days == 1 ? "1 day left" : "\(days) days left"
        return "\(certificate.notAfter), \(left)"
    }

    private func originText(_ origin: String) -> String {
        switch origin {
        case "auto": "the local authority (auto)"
        case "credential": "a credential of the service manager"
        case "fault": "made for the fault of the listener"
        default: "a file"
        }
    }
}
