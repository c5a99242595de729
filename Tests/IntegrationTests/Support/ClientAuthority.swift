// An authority for clients' certificates, made by openssl for one test: good ones, bad ones, a revocation list.

import HandlerTesting
import SystemPackage
import Testing

/// A certificate authority in a folder, through `openssl ca`.
struct ClientAuthority {
    let folder: TemporaryFolder
    private let name: String

    /// Makes the authority's key and certificate.
    init(_ name: String, in folder: TemporaryFolder) throws {
        self.folder = folder
        self.name = name
        let path = folder[name].string
        try folder.write("\(name)/index.txt", "")
        try folder.write("\(name)/index.txt.attr", "unique_subject = no\n")
        try folder.write("\(name)/serial", "01\n")
        try folder.write("\(name)/crlnumber", "01\n")
        try folder.write(
            "\(name)/ca.cnf",
            """
            [ca]
            default_ca = us
            [us]
            database = \(path)/index.txt
            serial = \(path)/serial
            crlnumber = \(path)/crlnumber
            new_certs_dir = \(path)
            certificate = \(path)/ca.pem
            private_key = \(path)/ca.key
            default_md = sha256
            default_days = 30
            default_crl_days = 30
            policy = any
            [any]
            commonName = supplied
            [req]
            distinguished_name = none
            [none]
            [authority]
            basicConstraints = critical, CA:TRUE
            keyUsage = critical, keyCertSign, cRLSign
            subjectKeyIdentifier = hash
            [clientAuth]
            basicConstraints = critical, CA:FALSE
            extendedKeyUsage = clientAuth
            subjectAltName = email:${ENV::CLIENT_NAME}@example.test, URI:spiffe://example.test/${ENV::CLIENT_NAME}
            [serverAuth]
            basicConstraints = critical, CA:FALSE
            extendedKeyUsage = serverAuth
            """)
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj",
            "/CN=\(name)", "-config", configuration, "-extensions", "authority", "-keyout", "\(path)/ca.key",
            "-out",
            "\(path)/ca.pem")
    }

    /// The authority's certificate.
    var certificate: String { folder["\(name)/ca.pem"].string }
    private var configuration: String { folder["\(name)/ca.cnf"].string }

    /// Makes a certificate; the dates are as `openssl ca` has them, YYYYMMDDHHMMSSZ.
    ///
    /// - Returns: the words by which `openssl s_client` uses it; curl has two dashes each.
    @discardableResult
    func issue(
        _ client: String, from: String = "20200101000000Z", to: String = "20400101000000Z",
        usage: String = "clientAuth"
    ) throws -> [String] {
        let path = folder["\(name)/\(client)"].string
        try openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
            "/CN=\(client)", "-config", configuration, "-keyout", "\(path).key", "-out", "\(path).csr")
        try openssl(
            "ca", "-batch", "-notext", "-config", configuration, "-extensions", usage, "-startdate", from,
            "-enddate",
            to, "-in", "\(path).csr", "-out", "\(path).pem", client: client)
        return ["-cert", "\(path).pem", "-key", "\(path).key"]
    }

    func revoke(_ client: String) throws {
        try openssl("ca", "-config", configuration, "-revoke", folder["\(name)/\(client).pem"].string)
    }

    /// Writes the revocation list as it is now.
    @discardableResult
    func writeRevocations() throws -> String {
        let path = folder["\(name)/crl.pem"].string
        try openssl("ca", "-config", configuration, "-gencrl", "-out", path)
        return path
    }

    private func openssl(_ words: String..., client: String = "nobody") throws {
        let result = try run(["openssl"] + words, environment: ["CLIENT_NAME": client])
        try #require(result.status == 0, "\(words): \(result.error)")
    }
}
