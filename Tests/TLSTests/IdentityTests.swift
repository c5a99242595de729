// What loading a certificate and its key checks, and what it says about the file to blame.
import HandlerTesting
import SystemPackage
import Testing

@testable import TLS

@Suite("Identity")
struct IdentityTests {
    let folder: TemporaryFolder
    let chain: TestCertificates.Chain

    init() throws {
        folder = try TemporaryFolder()
        chain = try TestCertificates.chain()
    }

    private func load(
        _ certificates: [Certificate], _ key: PrivateKey, mode: UInt32 = 0o600
    ) throws -> Identity {
        let certificateFile = try folder.write(
            "cert.pem", try certificates.flatMap { try $0.pem() }, mode: 0o644)
        let keyFile = try folder.write("cert.key", try key.pem(), mode: mode)
        return try Identity(certificateFile: certificateFile, keyFile: keyFile)
    }

    private func failure(_ body: () throws -> Void) -> TLSFailure? {
        #expect(throws: TLSFailure.self) { try body() }
    }

    @Test("A file that is made is whole; one that is there already, be it a link to nowhere, stays as it is")
    func creatingFiles() throws {
        try DurableFile.create(folder["new"], with: [1, 2], mode: 0o640)
        #expect(try folder.read("new") == [1, 2])
        #expect(folder.mode("new") == 0o640)
        try folder.link("link", to: "nowhere")
        for name in ["new", "link"] {
            let refusal = failure { try DurableFile.create(folder[name], with: [3], mode: 0o640) }
            #expect(refusal?.code == .unwritableFile)
        }
        #expect(try folder.read("new") == [1, 2])
        #expect(try folder.names(in: "") == ["link", "new"])
    }

    @Test("A chain in order loads without warnings, and its leaf's facts are shown")
    func goodChain() throws {
        let identity = try load([chain.leaf, chain.intermediate, chain.root], chain.leafKey)
        #expect(identity.warnings.isEmpty)
        #expect(identity.facts.subject == "")
        #expect(identity.facts.issuer == "CN=Test intermediate")
        #expect(identity.facts.alternativeNames == ["localhost"])
        #expect(identity.facts.notAfter - identity.facts.notBefore == TestCertificates.year + 60)
        #expect(identity.facts.sha256.count == 64)
        #expect(identity.facts.serialNumber.count == 32)
    }

    @Test("The fingerprint, serial number and dates are those that openssl x509 prints")
    func factsAgreeWithOpenSSL() throws {
        let identity = try load([chain.leaf], chain.leafKey)
        let printed = try run(
            "openssl", "x509", "-in", folder.path.appending("cert.pem").string, "-noout", "-fingerprint",
            "-sha256", "-serial")
        #expect(printed.status == 0)
        let lines = printed.output.lowercased().split(separator: "\n")
        #expect(lines.first?.replacing(":", with: "").hasSuffix("=" + identity.facts.sha256) == true)
        #expect(lines.last == "serial=\(identity.facts.serialNumber)")
    }

    @Test("A key that belongs to no certificate is a mismatch, blamed on the key file")
    func mismatch() throws {
        let failure = failure { _ = try load([chain.leaf], PrivateKey.generate()) }
        #expect(failure?.code == .keyMismatch)
        #expect(failure?.file?.lastComponent?.string == "cert.key")
    }

    @Test(
        "RFC 8446 §4.4.2: a chain is put in order, whatever order the file has",
        arguments: [
            [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0], [1, 0, 1, 2, 0], [1, 0],
        ])
    func anyOrder(order: [Int]) throws {
        let all = [chain.leaf, chain.intermediate, chain.root]
        let identity = try load(order.map { all[$0] }, chain.leafKey)
        let subjects = ["", "CN=Test intermediate", "CN=Test root"]
        #expect(identity.allFacts.map(\.subject) == Array(subjects.prefix(Set(order).count)))
    }

    @Test("A certificate that has nothing to do with the leaf is refused by its name")
    func strangeCertificate() throws {
        let stranger = try TestCertificates.chain(named: "other")
        for certificates in [[chain.leaf, stranger.root], [chain.leaf, chain.root]] {
            let failure = failure { _ = try load(certificates, chain.leafKey) }
            #expect(failure?.code == .chainOrder)
            #expect(failure?.file?.lastComponent?.string == "cert.pem")
            #expect(failure?.context.contains("CN=Test root") == true)
        }
    }

    @Test(
        "Of an authority's own certificate and its cross-signed one, the latter goes on, the former comes last"
    )
    func crossSigned() throws {
        let (key, otherKey, leafKey) = (
            try PrivateKey.generate(), try PrivateKey.generate(), try PrivateKey.generate()
        )
        let (from, to) = (TestCertificates.now - 60, TestCertificates.now + 1000)
        let own = CertificateBuilder.authority(
            named: "New", constraints: .local, key: key, from: from, to: to)
        let other = try CertificateBuilder.authority(
            named: "Old", constraints: .local, key: otherKey, from: from, to: to
        ).signed()
        let (root, cross) = (try own.signed(), try own.signed(by: (other, otherKey)))
        let leaf = try CertificateBuilder.leaf(
            for: ["localhost"], purpose: .server, key: leafKey, from: from, to: to
        )
        .signed(by: (root, key))
        let identity = try load([root, leaf, cross], leafKey)
        #expect(identity.allFacts.map(\.issuer) == ["CN=New", "CN=Old", "CN=New"])
    }

    @Test("A key file that others can read is a warning", arguments: [0o640, 0o604, 0o644] as [UInt32])
    func openKey(mode: UInt32) throws {
        let identity = try load([chain.leaf], chain.leafKey, mode: mode)
        #expect(identity.warnings.count == 1)
        #expect(identity.warnings.first?.contains("cert.key") == true)
    }

    @Test("A missing file, a folder and a device are named with the system's error")
    func unreadable() throws {
        let missing = folder.path.appending("nothing.pem")
        let failure1 = failure { _ = try Identity(certificateFile: missing, keyFile: missing) }
        #expect(failure1?.code == .unreadableFile)
        #expect(failure1?.file == missing)
        #expect(failure1?.underlying == .noSuchFileOrDirectory)
        for path in [folder.path, FilePath("/dev/zero")] {
            let failure2 = failure { _ = try Identity(certificateFile: path, keyFile: path) }
            #expect(failure2?.code == .unreadableFile)
        }
    }

    @Test("A broken certificate or key names its file")
    func broken() throws {
        let good = try folder.write("good.pem", try chain.leaf.pem())
        let text = String(decoding: try chain.leaf.pem(), as: UTF8.self)
        let cut = try folder.write("cut.pem", Array(text.prefix(200).utf8))
        let key = try folder.write("good.key", try chain.leafKey.pem())
        let noise = try folder.write("noise", Array("not PEM at all\n".utf8))
        for bad in [cut, noise] {
            let failure = failure { _ = try Identity(certificateFile: bad, keyFile: key) }
            #expect(failure?.code == .badCertificate)
            #expect(failure?.file == bad)
        }
        let failure = failure { _ = try Identity(certificateFile: good, keyFile: noise) }
        #expect(failure?.code == .badKey)
        #expect(failure?.file == noise)
    }

    @Test("A second certificate that is cut off is not silently left out")
    func brokenChain() throws {
        let second = String(decoding: try chain.intermediate.pem(), as: UTF8.self).prefix(200)
        let file = try folder.write("chain.pem", try chain.leaf.pem() + Array(second.utf8))
        let key = try folder.write("chain.key", try chain.leafKey.pem())
        let failure = failure { _ = try Identity(certificateFile: file, keyFile: key) }
        #expect(failure?.code == .badCertificate)
    }

    @Test("A key with a passphrase is refused as such, and nobody is asked")
    func encryptedKey() throws {
        let plain = try folder.write("plain.key", try chain.leafKey.pem())
        let sealed = folder.path.appending("sealed.key")
        let made = try run(
            "openssl", "pkey", "-in", plain.string, "-aes256", "-passout", "pass:secret", "-out",
            sealed.string)
        #expect(made.status == 0)
        let certificate = try folder.write("cert.pem", try chain.leaf.pem())
        let failure = failure { _ = try Identity(certificateFile: certificate, keyFile: sealed) }
        #expect(failure?.code == .encryptedKey)
        #expect(failure?.file == sealed)
    }

    @Test(
        "A key with a passphrase opens with the first line of the passphrase's file",
        arguments: [
            ("secret", nil), ("secret\n", nil), ("secret\r\nmore\n", nil), ("wrong\n", .wrongPassphrase),
            ("secret \n", .wrongPassphrase), ("", .badSetting), ("\nsecret\n", .badSetting),
        ] as [(String, TLSFailure.Code?)])
    func passphrase(text: String, refusal: TLSFailure.Code?) throws {
        let plain = try folder.write("plain.key", try chain.leafKey.pem())
        let sealed = folder.path.appending("sealed.key")
        let made = try run(
            "openssl", "pkcs8", "-topk8", "-in", plain.string, "-out", sealed.string, "-passout",
            "pass:secret")
        #expect(made.status == 0)
        let certificate = try folder.write("cert.pem", try chain.leaf.pem())
        let file = try folder.write("passphrase", Array(text.utf8))
        let load = {
            try Identity(
                certificateFile: certificate, keyFile: sealed, passphrase: try Passphrase(file: file))
        }
        guard let refusal else {
            #expect(try load().warnings.isEmpty)
            return
        }
        let failure = failure { _ = try load() }
        #expect(failure?.code == refusal)
        #expect(failure?.file == (refusal == .badSetting ? file : sealed))
    }

    @Test("A passphrase's file that others can read is a warning")
    func openPassphrase() throws {
        let file = try folder.write("passphrase", Array("secret\n".utf8), mode: 0o644)
        #expect(try Passphrase(file: file).warnings.count == 1)
    }

    @Test("Certificate and key may share one file")
    func oneFile() throws {
        let file = try folder.write("both.pem", try chain.leafKey.pem() + chain.leaf.pem())
        #expect(try Identity(certificateFile: file, keyFile: file).warnings.isEmpty)
    }
}
