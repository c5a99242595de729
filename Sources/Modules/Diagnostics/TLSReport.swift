// What the diagnostics page says of TLS, as data: what was agreed on, what the client offered, who showed what.

import HandlerKit

struct TLSReport: Encodable {
    let version: String
    let cipher: String
    let group: String?
    let signatureScheme: String?
    let alpn: String?
    let serverName: String?
    let resumed: Bool
    let earlyDataRefused: Bool
    let kernelTLS: String?
    let clientSubject: String?
    /// Absent for a connection that is older than this page's handler.
    let clientHello: ClientHelloReport?
    /// Absent for a resumed session, like the certificates.
    let certificateOrigin: String?
    let serverCertificates: [CertificateReport]
    let clientCertificates: [CertificateReport]

    init(_ details: TLSDetails, at now: Int64) {
        let handshake = details.handshake
        version = details.version
        cipher = details.cipher
        group = details.group
        signatureScheme = handshake?.signatureScheme
        alpn = details.alpn
        serverName = details.serverName
        resumed = details.isResumed
        earlyDataRefused = handshake?.refusedEarlyData ?? false
        kernelTLS = handshake?.kernelTLS.rawValue
        clientHello = handshake?.offer.map(ClientHelloReport.init)
        certificateOrigin = handshake?.origin?.rawValue
        serverCertificates = handshake?.serverChain.map { CertificateReport($0, at: now) } ?? []
        // A resumed session knows the certificate too, but not the chain behind it.
        let chain = handshake?.clientChain.map { CertificateReport($0, at: now) } ?? []
        let own = details.clientCertificate.map { CertificateReport($0, at: now) } ?? chain.first
        clientSubject = own?.subject
        clientCertificates = [own].compactMap { $0 } + chain.dropFirst()
    }
}

/// What the client offered, each list in its order.
struct ClientHelloReport: Encodable {
    let versions: [String]
    let cipherSuites: [String]
    let groups: [String]
    let signatureSchemes: [String]
    let alpn: [String]
    let extensions: [String]
    let ja3: String?
    let ja3Text: String
    let ja4: String
    let ja4Text: String

    init(_ offer: ClientOffer) {
        versions = offer.versions
        cipherSuites = offer.cipherSuites
        groups = offer.groups
        signatureSchemes = offer.signatureSchemes
        alpn = offer.applicationProtocols
        extensions = offer.extensions
        ja3 = offer.ja3
        ja3Text = offer.ja3Text
        ja4 = offer.ja4
        ja4Text = offer.ja4Text
    }
}

struct CertificateReport: Encodable {
    let subject: String
    let issuer: String
    let alternativeNames: [String]
    let notBefore: String
    let notAfter: String
    /// Negative once it has expired.
    let daysLeft: Int64
    let sha256: String

    init(_ certificate: CertificateDetails, at now: Int64) {
        subject = certificate.subject
        issuer = certificate.issuer
        alternativeNames = certificate.alternativeNames
        notBefore = timestamp(certificate.notBefore)
        notAfter = timestamp(certificate.notAfter)
        let left = certificate.notAfter - now
        // Down, also below zero: a certificate that expired an hour ago has no days left.
        daysLeft = (left - (left < 0 ? 86_399 : 0)) / 86_400
        sha256 = certificate.sha256
    }
}
