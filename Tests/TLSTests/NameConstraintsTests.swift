// RFC 5280 §4.2.1.10: what the authority may sign for, as it is written, read back, and as openssl verifies it.
import HandlerTesting
import SystemPackage
import Testing

@testable import TLS

@Suite("Name constraints", .timeLimit(.minutes(1)))
struct NameConstraintsTests {
    @Test(
        "A domain or network is read, and written in one way",
        arguments: [
            ("example.dev", "example.dev"), (".Example.DEV", "example.dev"), ("corp", "corp"),
            ("203.0.113.0/24", "203.0.113.0/24"),
            ("203.0.113.7", "203.0.113.7/32"), ("2001:DB8:0::/32", "2001:db8::/32"), ("::1", "::1/128"),
            ("0.0.0.0/0", "0.0.0.0/0"), ("10.128.0.0/9", "10.128.0.0/9"), ("::/0", "::/0"),
            ("2001:db8:8000::/33", "2001:db8:8000::/33"), ("unix", "unix"),
        ])
    func reads(text: String, written: String) throws {
        let subtree = try #require(PermittedSubtree(text))
        #expect(subtree.description == written)
        #expect(PermittedSubtree(written) == subtree)
    }

    @Test(
        "What is none is refused",
        arguments: [
            "", ".", "a b", "*.test", "a,DNS:b", "1.2.3.4/33", "::/129", "1.2.3.4/x", "1.2.3.4/", "a/8",
            "203.0.113.77/24", "10.255.0.0/9", "fe80::1/10", "10.0.0.0/+8", "10.0.0.0/-1", "unix/8",
        ])
    func refuses(text: String) {
        #expect(PermittedSubtree(text) == nil)
    }

    @Test(
        "A subtree has itself and all below, and nothing beside",
        arguments: [
            ("example.dev", "example.dev", true), ("example.dev", "a.b.example.dev", true),
            ("example.dev", "*.example.dev", true), ("example.dev", "anexample.dev", false),
            ("example.dev", "dev", false), ("example.dev", "example.dev.com", false),
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("172.16.0.0/12", "172.31.0.1", true), ("172.16.0.0/12", "172.32.0.1", false),
            ("10.0.0.0/8", "10.example.dev", false), ("fe80::/10", "febf::1", true),
            ("fe80::/10", "fec0::1", false), ("::/0", "127.0.0.1", false),
        ])
    func contains(subtree: String, name: String, expected: Bool) throws {
        #expect(try #require(PermittedSubtree(subtree)).contains(name) == expected)
    }

    @Test("The default ones are those of the documentation, and come back from a certificate as they are")
    func readBack() throws {
        let constraints = NameConstraints.local.adding(
            ["box", "2001:db8::/33"].compactMap { PermittedSubtree($0) })
        #expect(
            constraints.permitted.map(\.description) == [
                "localhost", "local", "test", "internal", "home.arpa", "127.0.0.0/8", "10.0.0.0/8",
                "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10",
                "box",
                "2001:db8::/33",
            ])
        let now = TestCertificates.now
        let certificate = try CertificateBuilder.authority(
            named: "a", constraints: constraints, key: PrivateKey.generate(), from: now, to: now + 60
        ).signed()
        #expect(NameConstraints(of: certificate) == constraints)
        #expect(try NameConstraints(of: TestCertificates.chain().leaf) == nil)
    }

    @Test("Nothing is added that is in it already")
    func adding() throws {
        let further = ["a.test", "10.1.0.0/16", "::1"].compactMap { PermittedSubtree($0) }
        #expect(NameConstraints.local.adding(further) == .local)
    }

    @Test(
        "openssl verify agrees on what is permitted",
        arguments: [
            ("localhost", true), ("a.localhost", true), ("printer.local", true), ("x.y.test", true),
            ("db.internal", true), ("nas.home.arpa", true), ("box", true), ("127.9.9.9", true),
            ("10.1.2.3", true), ("172.31.255.1", true), ("192.168.1.1", true), ("169.254.1.1", true),
            ("::1", true), ("fd12::1", true), ("fe80::5", true),
            ("example.com", false), ("localhost.com", false), ("atest", false), ("8.8.8.8", false),
            ("172.32.0.1", false), ("192.169.0.1", false), ("2001:db8::1", false), ("::2", false),
        ])
    func verified(name: String, expected: Bool) throws {
        let folder = try TemporaryFolder()
        let constraints = NameConstraints.local.adding([.domain("box")])
        let key = try PrivateKey.generate()
        let now = TestCertificates.now
        let authority = try CertificateBuilder.authority(
            named: "a", constraints: constraints, key: key, from: now - 60, to: now + 3600
        ).signed()
        let leafKey = try PrivateKey.generate()
        let leaf = try CertificateBuilder.leaf(
            for: [name], purpose: .server, key: leafKey, from: now - 60, to: now + 3600
        ).signed(by: (authority, key))
        try folder.write("ca.pem", authority.pem())
        try folder.write("leaf.pem", leaf.pem())
        let result = try run(
            "openssl", "verify", "-CAfile", folder["ca.pem"].string, folder["leaf.pem"].string)
        #expect((result.status == 0) == expected, "\(result.output)")
        #expect(constraints.permits(name) == expected)
    }
}
