// Owns the fingerprints by which clients are recognised: JA3 (github.com/salesforce/ja3) and JA4 over TCP (FoxIO's
// technical_details/JA4.md). Both pass over GREASE.
import COpenSSL

extension ClientHello {
    /// What JA3 is the digest of: version, suites, extensions, groups and point formats, in decimal.
    package var ja3Text: String {
        let lists = [
            [legacyVersion], cipherSuites.withoutGREASE, extensions.withoutGREASE, groups.withoutGREASE,
            pointFormats.map(UInt16.init),
        ]
        return lists.map { $0.map(String.init).joined(separator: "-") }.joined(separator: ",")
    }

    /// JA3: the MD5 of ``ja3Text``; nil where OpenSSL has none (FIPS).
    package var ja3: String? { unsafe digest(EVP_md5(), ja3Text) }

    /// JA4, `t13d1516h2_8daaf6152771_e5627efa2ab1` for example.
    package var ja4: String {
        let sections = [suitesOfJA4, extensionsOfJA4].map { section in
            unsafe section.isEmpty ? "000000000000" : String((digest(EVP_sha256(), section) ?? "").prefix(12))
        }
        return "\(beginningOfJA4)_\(sections[0])_\(sections[1])"
    }

    /// JA4 with the lists in place of their digests, `JA4_r`.
    package var ja4Text: String { "\(beginningOfJA4)_\(suitesOfJA4)_\(extensionsOfJA4)" }

    private var beginningOfJA4: String {
        let version = versions.withoutGREASE.max() ?? legacyVersion
        let isNamed = extensions.contains(UInt16(TLSEXT_TYPE_server_name))
        return "t\(versionName(version))\(isNamed ? "d" : "i")" + count(cipherSuites) + count(extensions)
            + protocolOfJA4
    }

    private var suitesOfJA4: String { hexadecimalList(cipherSuites.withoutGREASE.sorted()) }

    private var extensionsOfJA4: String {
        // Server name and application protocols are in the beginning.
        let others = extensions.withoutGREASE.filter {
            $0 != TLSEXT_TYPE_server_name
                && $0 != TLSEXT_TYPE_application_layer_protocol_negotiation
        }
        let schemes = hexadecimalList(signatureSchemes.withoutGREASE)
        let list = hexadecimalList(others.sorted())
        return list.isEmpty || schemes.isEmpty ? list : "\(list)_\(schemes)"
    }

    /// The first and last character of the first application protocol, or of its hexadecimal form.
    private var protocolOfJA4: String {
        guard let name = applicationProtocols.first, let first = name.first, let last = name.last else {
            return "00"
        }
        let isText = [first, last].allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        guard isText else { return "\(hexadecimal([first]).prefix(1))\(hexadecimal([last]).suffix(1))" }
        return String(decoding: [first, last], as: UTF8.self)
    }

    private func count(_ values: [UInt16]) -> String {
        let number = min(values.withoutGREASE.count, 99)
        return number < 10 ? "0\(number)" : "\(number)"
    }

    private func versionName(_ version: UInt16) -> String {
        switch version {
        case 0x0304: "13"
        case 0x0303: "12"
        case 0x0302: "11"
        case 0x0301: "10"
        case 0x0300: "s3"
        case 0x0002: "s2"
        default: "00"
        }
    }
}

private func hexadecimalList(_ values: [UInt16]) -> String {
    values.map { hexadecimal([UInt8($0 >> 8), UInt8($0 & 255)]) }.joined(separator: ",")
}

private func digest(_ algorithm: OpaquePointer?, _ text: String) -> String? {
    let bytes = Array(text.utf8)
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: CUnsignedInt = 0
    defer { ErrorQueue.clear() }
    guard unsafe EVP_Digest(bytes, bytes.count, &digest, &length, algorithm, nil) == 1 else { return nil }
    return hexadecimal(digest.prefix(Int(length)))
}

extension [UInt16] {
    /// The values but for those of RFC 8701, which clients send at random.
    fileprivate var withoutGREASE: [UInt16] { filter { !RegisteredName.isGREASE($0) } }
}
