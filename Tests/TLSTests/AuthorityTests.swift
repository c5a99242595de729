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

    private func authority(names: [String] = [], daysFromNow: Int64 = 0) throws -> CertificateAuthority {
        try CertificateAuthority(
            directory: path, names: names, hostName: "box", now: TestCertificates.now + daysFromNow * 86_400)
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
        #expect(made.facts.subject == "CN=Portico local CA (box)")
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

    @Test("RFC 5280: the authority signs no further authorities, the leaf signs nothing")
    func extensions() throws {
        _ = try authority()
        let ca = try run("openssl", "x509", "-in", path.appending("ca.pem").string, "-noout", "-text").output
        #expect(ca.contains("CA:TRUE, pathlen:0"))
        #expect(ca.contains("Certificate Sign, CRL Sign"))
        let leaf = try run(
            "openssl", "x509", "-in", path.appending("localhost.pem").string, "-noout", "-text"
        ).output
        #expect(leaf.contains("CA:FALSE"))
        #expect(leaf.contains("TLS Web Server Authentication"))
        #expect(leaf.contains("Authority Key Identifier"))
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

    @Test("The leaf is made anew when the names change, and an address is written in one way")
    func namesChanged() throws {
        let first = try authority()
        let second = try authority(names: ["Wiki.localhost", "0:0::7"])
        #expect(second.identity.facts.alternativeNames.suffix(2) == ["wiki.localhost", "::7"])
        #expect(second.facts == first.facts)
        #expect(try authority(names: ["wiki.localhost", "::7"]).identity.facts == second.identity.facts)
    }

    @Test(
        "A name that could smuggle in an extension is refused",
        arguments: ["a,DNS:b", "", "a b", "-.\n", "é"])
    func badName(name: String) throws {
        let failure = #expect(throws: TLSFailure.self) { try authority(names: [name]) }
        #expect(failure?.code == .badSetting)
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
