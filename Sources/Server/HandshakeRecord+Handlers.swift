// What the TLS layer knows of a handshake in the words of handlers; made when one of them asks.

import HandlerKit
import TLS

extension TLSHandshake {
    init(_ record: HandshakeRecord) {
        self.init(
            offer: record.hello.map(ClientOffer.init),
            signatureScheme: record.signatureScheme.map(RegisteredName.signatureScheme),
            refusedEarlyData: record.refusedEarlyData, kernelTLS: KernelTLS(record.kernelTLS),
            serverChain: record.serverChain.map(CertificateDetails.init),
            origin: record.origin.map(Origin.init),
            clientChain: record.clientChain.map(CertificateDetails.init))
    }
}

extension TLSHandshake.Origin {
    fileprivate init(_ origin: CertificateOrigin) {
        self =
            switch origin {
            case .authority: .auto
            case .file: .file
            case .credential: .credential
            case .fault: .fault
            }
    }
}

extension TLSHandshake.KernelTLS {
    fileprivate init(_ state: KernelTLSState) {
        self =
            switch state {
            case .off: .off
            case .absent: .absent
            case .unsuitable: .unsuitable
            case .ready: .ready
            case .sending: .sending
            }
    }
}

extension ClientOffer {
    fileprivate init(_ hello: ClientHello) {
        let versions = hello.versions
        self.init(
            versions: (versions.isEmpty ? [hello.legacyVersion] : versions).map(RegisteredName.version),
            cipherSuites: hello.cipherSuites.map(RegisteredName.cipherSuite),
            groups: hello.groups.map(RegisteredName.group),
            signatureSchemes: hello.signatureSchemes.map(RegisteredName.signatureScheme),
            applicationProtocols: hello.applicationProtocols.map { String(decoding: $0, as: UTF8.self) },
            extensions: hello.extensions.map(RegisteredName.extension), ja3: hello.ja3,
            ja3Text: hello.ja3Text,
            ja4: hello.ja4, ja4Text: hello.ja4Text)
    }
}

extension CertificateDetails {
    init(_ facts: CertificateFacts) {
        self.init(
            subject: facts.subject, issuer: facts.issuer, alternativeNames: facts.typedAlternativeNames,
            notBefore: facts.notBefore, notAfter: facts.notAfter, serialNumber: facts.serialNumber,
            sha256: facts.sha256)
    }
}
