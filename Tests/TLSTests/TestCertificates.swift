// Makes certificates at test time; no key lies in the repository.
import Glibc

@testable import TLS

enum TestCertificates {
    static let year: Int64 = 365 * 86_400

    /// A root, an intermediate authority that it signed, and a leaf below that.
    struct Chain {
        let root: Certificate
        let intermediate: Certificate
        let leaf: Certificate
        let leafKey: PrivateKey
    }

    static var now: Int64 { Int64(time(nil)) }

    static func chain(
        named name: String = "localhost", for purpose: CertificatePurpose = .server
    ) throws -> Chain {
        let (rootKey, intermediateKey, leafKey) = (
            try PrivateKey.generate(), try PrivateKey.generate(), try PrivateKey.generate()
        )
        let root = try authority("Test root", rootKey, pathLength: 1).signed()
        let intermediate = try authority("Test intermediate", intermediateKey, pathLength: 0)
            .signed(by: (root, rootKey))
        let leaf = try CertificateBuilder.leaf(
            for: [name], purpose: purpose, key: leafKey, from: now - 60, to: now + year
        ).signed(by: (intermediate, intermediateKey))
        return Chain(root: root, intermediate: intermediate, leaf: leaf, leafKey: leafKey)
    }

    /// A self-signed identity for one name.
    static func identity(named name: String = "localhost", from: Int64? = nil, to: Int64? = nil) throws
        -> Identity
    {
        let key = try PrivateKey.generate()
        let certificate = try selfSigned(name, key, from: from ?? now - 60, to: to ?? now + year)
        return try Identity(certificatePEM: certificate.pem(), keyPEM: key.pem(), name: name)
    }

    static func selfSigned(
        _ name: String, _ key: PrivateKey, from: Int64, to: Int64, for purpose: CertificatePurpose = .server
    ) throws -> Certificate {
        let template = CertificateBuilder.leaf(
            for: [name], purpose: purpose, key: key, from: from, to: to)
        return try CertificateBuilder(
            subject: name, key: key, notBefore: from, notAfter: to,
            extensions: template.extensions.filter { $0.value != "keyid:always" }
        ).signed()
    }

    private static func authority(_ name: String, _ key: PrivateKey, pathLength: Int) -> CertificateBuilder {
        let template = CertificateBuilder.authority(
            named: name, constraints: .local, key: key, from: now - 60, to: now + year)
        var extensions = template.extensions.filter { !$0.value.contains("permitted") }
        extensions[0].value = "critical,CA:TRUE,pathlen:\(pathLength)"
        return CertificateBuilder(
            subject: name, key: key, notBefore: template.notBefore, notAfter: template.notAfter,
            extensions: extensions)
    }
}

extension Identity {
    /// The leaf certificate, for clients to trust.
    func certificatePEM() throws(TLSFailure) -> [UInt8] { try leaf.pem() }
}
