// Owns how a server's settings become those of a listener with one fault: everything else stays as it is.

extension TLSContextConfiguration {
    /// The same with a fault.
    func showing(_ fault: TLSFault) throws(TLSFailure) -> TLSContextConfiguration {
        var faulty = self
        faulty.faults = []
        // A session of another listener would show neither certificate nor cipher.
        faulty.sessionIDContext = "portico \(fault.rawValue)"
        if fault.isOfCertificate { try faulty.showCertificate(with: fault) }
        switch fault {
        case .tls10Only: faulty.speakTLS10()
        case .noSharedCipher: faulty.takeNoCipher()
        case .weakKey:
            faulty.securityLevel = 0
            faulty.ciphers = Self.defaultCiphers
        case .closeMidRecord:
            // Of HTTP/2 the client would see the half of SETTINGS, and no response.
            faulty.alpn = ["http/1.1"]
            // The kernel sends whole records only.
            faulty.kernelTLS = .off
        default: break
        }
        return faulty
    }

    private mutating func showCertificate(with fault: TLSFault) throws(TLSFailure) {
        let now = systemTime()
        let names = `default`.identities[0].facts.alternativeNames
        let signer: CertificateSigner
        if let authority {
            signer = authority.signer
        } else {
            let own = names.compactMap { PermittedSubtree($0) }
            signer = try .thrownAway(within: NameConstraints.local.adding(own), at: now)
        }
        let issuer = try FaultyIssuer(fault, by: signer, at: now)
        let permitted = names.filter { issuer.constraints.permits($0) }
        let initial = try issuer.leaf(for: permitted.isEmpty ? ["localhost"] : permitted, at: now)
        let onRefusal = leaves?.onRefusal
        leaves = LeafCertificates(by: issuer, default: initial) { onRefusal?($0) }
        `default`.identities = [initial]
        for name in named.keys { named[name]?.identities = [initial] }
    }

    /// TLS 1.0 signs with SHA-1, which OpenSSL takes for secure nowhere.
    private mutating func speakTLS10() {
        securityLevel = 0
        (minimumVersion, maximumVersion) = (.tls10, .tls10)
        for name in named.keys { named[name]?.minimumVersion = nil }
        ciphers = ["ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "AES128-SHA"]
        alpn = ["http/1.1"]
    }

    /// Nobody shares a key with this server beforehand (RFC 4279), and of TLS 1.3 it takes what clients don't offer by
    /// themselves (RFC 8446 §9.1).
    private mutating func takeNoCipher() {
        ciphers = ["PSK-AES128-GCM-SHA256"]
        cipherSuites = ["TLS_AES_128_CCM_8_SHA256"]
    }
}
