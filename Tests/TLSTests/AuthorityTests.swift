// The local authority: made once, private, whole, renewed in time, never overwritten.
import Glibc
import HandlerTesting
import SystemPackage
import Testing

@testable import TLS

@Suite("Local authority", .timeLimit(.minutes(1)))
struct AuthorityTests {
    let folder: TemporaryFolder
    var path: FilePath { folder.path.appending("state/certificates") }

    init() throws { folder = try TemporaryFolder() }

    private func authority(
        permitting: [String] = [], host: String = "box", addresses: [String] = [], daysFromNow: Int64 = 0,
        isReadOnly: Bool = false
    ) throws -> CertificateAuthority {
        try CertificateAuthority(
            directory: path, permitting: permitting.compactMap { PermittedSubtree($0) },
            isReadOnly: isReadOnly, hostName: host, addresses: addresses,
            now: TestCertificates.now + daysFromNow * 86_400)
    }

    private func read(_ name: String) throws -> [UInt8] { try PEMFile(reading: path.appending(name)).bytes }

    private func mode(_ name: String) -> mode_t { folder.mode("state/certificates/" + name) }

    private func names() throws -> [String] {
        try run("ls", "-A", path.string).output.split(separator: "\n").map(String.init)
    }

    @Test("The first use makes folder, authority and leaf, keys for the owner only, and leaves nothing else")
    func creation() throws {
        let made = try authority()
        #expect(try names().sorted() == [".lock", "ca.key", "ca.pem", "localhost.key", "localhost.pem"])
        #expect(mode("") == 0o700)
        #expect(mode("ca.key") == 0o600)
        #expect(mode("localhost.key") == 0o600)
        #expect(made.certificatePath == path.appending("ca.pem"))
        #expect(made.facts.subject.wholeMatch(of: /CN=Portico local CA \(box\) [0-9a-f]{8}/) != nil)
        #expect(made.identity.facts.subject == "")
        #expect(made.identity.facts.alternativeNames == ["localhost", "box", "127.0.0.1", "::1"])
        #expect(made.identity.facts.issuer == made.facts.subject)
        #expect(made.warnings.isEmpty)
        #expect(made.facts.notAfter - TestCertificates.now > 3649 * 86_400)
        #expect(made.identity.facts.notBefore < TestCertificates.now - 3000)
    }

    @Test(
        "openssl verify accepts the leaf for each of its names",
        arguments: [
            ["-verify_hostname", "localhost"], ["-verify_hostname", "box"], ["-verify_ip", "127.0.0.1"],
            ["-verify_ip", "::1"],
            ["-purpose", "sslserver"], ["-x509_strict"],
        ])
    func verified(option: [String]) throws {
        _ = try authority()
        let arguments = ["openssl", "verify", "-CAfile", path.appending("ca.pem").string] + option
        let result = try run(arguments + [path.appending("localhost.pem").string])
        #expect(result.status == 0, "\(result.output)")
    }

    private func text(of name: String) throws -> String {
        try run("openssl", "x509", "-in", path.appending(name).string, "-noout", "-text").output
    }

    @Test(
        "RFC 5280 §4.2.1: the authority is one of 10 years for TLS within its names, and signs no further ones"
    )
    func authorityExtensions() throws {
        _ = try authority()
        let text = try text(of: "ca.pem")
        #expect(text.contains("CA:TRUE, pathlen:0"))
        #expect(text.contains("Certificate Sign, CRL Sign"))
        #expect(text.contains("TLS Web Server Authentication, TLS Web Client Authentication"))
        #expect(text.contains("X509v3 Name Constraints: critical"))
        #expect(text.contains("NIST CURVE: P-256"))
    }

    @Test("RFC 5280 §4.2.1.6: the leaf's names are alternative names only, critical, and it signs nothing")
    func leafExtensions() throws {
        _ = try authority()
        let text = try text(of: "localhost.pem")
        #expect(text.contains("CA:FALSE"))
        #expect(text.contains("TLS Web Server Authentication"))
        #expect(text.contains("Authority Key Identifier"))
        #expect(text.contains("X509v3 Subject Alternative Name: critical"))
        #expect(text.contains("Subject: \n"))
    }

    @Test("The next run uses all of it again")
    func reuse() throws {
        let first = try authority()
        let second = try authority()
        #expect(first.facts == second.facts)
        #expect(first.identity.facts == second.identity.facts)
    }

    @Test("The leaf is made anew 30 days before its end, the authority stays")
    func renewal() throws {
        let first = try authority()
        #expect(try authority(daysFromNow: 59).identity.facts == first.identity.facts)
        let renewed = try authority(daysFromNow: 61)
        #expect(renewed.identity.facts.sha256 != first.identity.facts.sha256)
        #expect(renewed.facts == first.facts)
    }

    @Test("The leaf is made anew when the machine's addresses change; public ones are left out")
    func addressesChanged() throws {
        let first = try authority()
        let second = try authority(addresses: ["192.168.7.1", "fd00::7", "203.0.113.9"])
        #expect(second.identity.facts.alternativeNames.suffix(2) == ["192.168.7.1", "fd00::7"])
        #expect(second.facts == first.facts)
        let third = try authority(addresses: ["fd00::7", "192.168.7.1"])
        #expect(third.identity.facts == second.identity.facts)
    }

    @Test(
        "A machine that has another name now keeps its authority, is told, and has only the permitted names")
    func hostNameChanged() throws {
        let first = try authority()
        let second = try authority(host: "other")
        #expect(second.facts == first.facts)
        #expect(second.identity.facts.alternativeNames == ["localhost", "127.0.0.1", "::1"])
        #expect(second.warnings.count == 1)
        #expect(second.warnings.first?.contains("made without other;") == true)
        #expect(second.warnings.first?.contains("delete ca.pem and ca.key in \(path)") == true)
    }

    @Test(
        "A name of localhost or a dot-local name needs nothing further",
        arguments: ["localhost", "box.local"])
    func localHostName(name: String) throws {
        #expect(try authority(host: name).warnings.isEmpty)
        #expect(try authority(host: "localhost").warnings.isEmpty)
    }

    @Test("What is permitted later than the authority was made is told, and changes nothing")
    func permittedLater() throws {
        let first = try authority(permitting: ["example.dev"])
        #expect(first.warnings.isEmpty)
        #expect(first.certificate.constraints?.permits("www.example.dev") == true)
        #expect(try authority(permitting: ["www.example.dev"]).warnings.isEmpty)
        let second = try authority(permitting: ["example.dev", "example.org", "203.0.113.0/24"])
        #expect(second.facts == first.facts)
        #expect(second.warnings.first?.contains("made without example.org, 203.0.113.0/24;") == true)
    }

    @Test("An authority of before the constraints is kept and told, and signs only what a new one would")
    func withoutConstraints() throws {
        let key = try PrivateKey.generate()
        let now = TestCertificates.now
        let template = CertificateBuilder.authority(
            named: "old", constraints: .local, key: key, from: now - 60, to: now + TestCertificates.year)
        let old = try CertificateBuilder(
            subject: "old", key: key, notBefore: now - 60, notAfter: now + TestCertificates.year,
            extensions: template.extensions.filter { !$0.value.contains("permitted") }
        ).signed()
        try folder.write("state/certificates/ca.key", try key.pem())
        try folder.setMode(0o600, of: "state/certificates/ca.key")
        try folder.write("state/certificates/ca.pem", try old.pem())
        let kept = try authority()
        #expect(kept.facts.subject == "CN=old")
        #expect(kept.certificate.constraints == nil)
        #expect(kept.warnings.count == 1)
        #expect(kept.warnings.first?.contains("could sign for any name") == true)
        #expect(kept.signer.constraints.permits("a.test"))
        #expect(!kept.signer.constraints.permits("example.com"))
        let signer = try CertificateSigner(
            reading: path, permitting: ["example.dev"].compactMap { PermittedSubtree($0) })
        #expect(try signer.leaf(for: ["x.example.dev"], at: now).facts.alternativeNames == ["x.example.dev"])
        #expect(!signer.constraints.permits("example.com"))
    }

    @Test("Who only looks writes nothing: no authority, no leaf, no lock")
    func readOnly() throws {
        let failure = #expect(throws: TLSFailure.self) { try authority(isReadOnly: true) }
        #expect(failure?.file == path.appending("ca.pem"))
        #expect(folder.mode("state") == 0)
        let first = try authority()
        let files = ["ca.pem", "ca.key", "localhost.pem", "localhost.key"]
        let before = try files.map(read)
        let looked = try authority(addresses: ["192.168.7.1"], daysFromNow: 61, isReadOnly: true)
        #expect(looked.facts == first.facts)
        #expect(looked.identity.facts.alternativeNames.last == "192.168.7.1")
        #expect(try files.map(read) == before)
    }

    @Test("A leaf of another authority is replaced")
    func foreignLeaf() throws {
        let first = try authority()
        for name in ["ca.pem", "ca.key"] { _ = unsafe unlink(path.appending(name).string) }
        let second = try authority()
        #expect(second.facts.sha256 != first.facts.sha256)
        #expect(second.identity.facts.sha256 != first.identity.facts.sha256)
    }

    @Test("A crash between the leaf's key and its certificate heals")
    func interruptedRenewal() throws {
        let first = try authority()
        try folder.write("state/certificates/localhost.key", try PrivateKey.generate().pem())
        #expect(try authority().identity.facts.sha256 != first.identity.facts.sha256)
    }

    @Test("A crash between the authority's key and its certificate heals with the same key")
    func interruptedCreation() throws {
        _ = try authority()
        let key = try read("ca.key")
        _ = unsafe unlink(path.appending("ca.pem").string)
        _ = try authority()
        #expect(try read("ca.key") == key)
    }

    @Test(
        "A broken file is reported by name and left as it is",
        arguments: ["ca.pem", "ca.key", "localhost.pem", "localhost.key"])
    func broken(name: String) throws {
        _ = try authority()
        let noise = Array("the disk was full\n".utf8)
        try folder.write("state/certificates/" + name, noise)
        let failure = #expect(throws: TLSFailure.self) { try authority() }
        #expect(failure?.file == path.appending(name))
        #expect(try read(name) == noise)
    }

    @Test("An authority without its key is reported, not replaced")
    func keyLost() throws {
        let first = try authority()
        _ = unsafe unlink(path.appending("ca.key").string)
        let failure = #expect(throws: TLSFailure.self) { try authority() }
        #expect(failure?.file == path.appending("ca.key"))
        #expect(try Certificate.all(pem: read("ca.pem")).map { CertificateFacts($0) } == [first.facts])
    }

    @Test("An authority that has expired is reported, not replaced")
    func expired() throws {
        _ = try authority()
        let failure = #expect(throws: TLSFailure.self) { try authority(daysFromNow: 3651) }
        #expect(failure?.file == path.appending("ca.pem"))
        #expect(failure?.context.contains("expired") == true)
    }

    @Test("An authority that has expired signs nothing by hand either")
    func expiredForSigning() throws {
        _ = try authority(daysFromNow: -3651)
        let failure = #expect(throws: TLSFailure.self) {
            try CertificateSigner(reading: path, permitting: [])
        }
        #expect(failure?.file == path.appending("ca.pem"))
        #expect(failure?.context.contains("expired") == true)
    }

    @Test("Those who start at once agree on one authority and one leaf")
    func startedAtOnce() async throws {
        let path = path
        let fingerprints = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let made = try CertificateAuthority(directory: path)
                    return [made.facts.sha256, made.identity.facts.sha256]
                }
            }
            return try await group.reduce(into: Set<[String]>()) { $0.insert($1) }
        }
        #expect(fingerprints.count == 1)
    }

    @Test("A write that fails leaves the old file and no partial one")
    func failedWrite() throws {
        let directory = try CertificateDirectory(locking: path)
        try directory.replace("file", with: Array("old".utf8), mode: 0o600)
        // A folder of that name cannot be replaced by a file, so the rename is what fails.
        _ = unsafe mkdir(path.appending("folder").string, 0o700)
        let failure = #expect(throws: TLSFailure.self) {
            try directory.replace("folder", with: Array("new".utf8), mode: 0o600)
        }
        #expect(failure?.code == .unwritableFile)
        #expect(failure?.file == path.appending("folder"))
        #expect(try names().sorted() == [".lock", "file", "folder"])
        #expect(try read("file") == Array("old".utf8))
    }
}
