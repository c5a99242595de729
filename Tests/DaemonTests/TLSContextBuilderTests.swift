// What is said of the keys of [tls] and [tls NAME], at which place.

import Configuration
import HandlerTesting
import Supervision
import SystemPackage
import Testing

@testable import Daemon
@testable import TLS

@Suite("Keys of [tls]")
struct TLSContextBuilderTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try CertificateAuthority(directory: folder["state"])
        try folder.write("no list", to: "state/list.pem")
    }

    /// Builds what the sections say; in what there is to say, the folder is `~`.
    private func build(
        _ lines: String, makes: Bool = true
    ) throws -> (context: TLSContext?, messages: [String]) {
        let text = lines.replacing("~", with: folder.path.string)
        let (settings, found) = settings("\(text)\n[handler /]\nmodule = echo\n")
        var diagnostics: [Diagnostic] = []
        var context: TLSContext?
        if let settings, found.isEmpty {
            let loader = IdentityLoader(
                environment: ServiceEnvironment { _ in nil }, stateFolder: folder["state"],
                mayWrite: makes)
            let identities = loader.load(settings.tls, into: &diagnostics)
            context = TLSContextBuilder(
                sections: settings.tls, loader: loader, ticketKeys: try TicketKeys(), alpn: ["http/1.1"]
            ).build(identities, into: &diagnostics)
        }
        let messages = found + diagnostics.map { String($0.description.dropFirst(2)) }
        return (context, messages.map { $0.replacing(folder.path.string, with: "~") })
    }

    static let mistakes: [(String, String)] = [
        (
            "[tls]\nciphers = ECDHE-RSA-AES128-GCM-SHA256:ROT13",
            "2:11: error: ciphers: 'ROT13' is no cipher that OpenSSL knows"
        ),
        (
            "[tls]\nciphers = TLS_AES_128_GCM_SHA256",
            "2:11: error: ciphers: 'TLS_AES_128_GCM_SHA256' is a cipher suite of TLS 1.3: it belongs into "
                + "ciphersuites"
        ),
        ("[tls]\nciphersuites =", "2:15: error: ciphersuites: at least 1 must be given"),
        (
            "[tls]\nciphersuites = TLS_AES_128_GCM_SHA256 X",
            "2:16: error: ciphersuites: 'X' is no cipher suite of TLS 1.3 that OpenSSL knows"
        ),
        ("[tls]\ngroups = X25519 P-0", "2:10: error: groups: 'P-0' is no group that OpenSSL knows"),
        ("[tls]\nminimum = 1.1", "2:11: error: minimum: '1.1' is not one of 1.2, 1.3"),
        ("[tls]\nminimum = 1.3\nmaximum = 1.2", "2:11: error: minimum 1.3 is above maximum 1.2"),
        (
            "[tls]\nmaximum = 1.2\n[tls a.test]\nminimum = 1.3",
            "4:11: error: minimum 1.3 is above maximum 1.2"
        ),
        ("[tls]\n[tls a.test]\nciphers = HIGH", "3:1: error: unknown key 'ciphers' in [tls a.test]"),
        (
            "[tls]\nclient = required",
            "2:10: error: client = required needs client_ca: whom shall the certificates come from?"
        ),
        (
            "[tls]\n[tls a.test]\nclient = optional",
            "3:10: error: client = optional needs client_ca: whom shall the certificates come from?"
        ),
        (
            "[tls]\nclient = requried",
            "2:10: error: client: 'requried' is not one of none, optional, required"
        ),
        ("[tls]\nclient = required\nclient_ca = /no.pem", "3:13: error: /no.pem: file cannot be read"),
        (
            "[tls]\nclient = required\nclient_ca = ~/state/ca.key",
            "3:13: error: ~/state/ca.key: bad certificate"
        ),
        (
            "[tls]\nclient = required\nclient_ca = ~/state/ca.pem\nclient_crl = ~/state/list.pem",
            "4:14: error: ~/state/list.pem: bad certificate"
        ),
        (
            "[tls]\nclient = required\nclient_ca = credential:ca",
            "3:13: error: the service has no credentials"
        ),
        (
            "[tls]\nclient_depth = 101", "2:16: error: client_depth: '101' is above the bounds, 0 to 100"
        ),
        ("[tls]\nticket_keys = /no.key", "2:15: error: /no.key: file cannot be read"),
        (
            "[tls]\nticket_keys = ~/state/ca.pem",
            "2:15: error: ~/state/ca.pem: bad setting (a session ticket key has 80 or 48 bytes"
        ),
        ("[tls]\nkeylog = ~/no/keys", "1:1: error: ~/no/keys: file cannot be written (opening the key log)"),
        (
            "[tls]\n[tls 127.0.0.1:1]",
            "2:1: error: '127.0.0.1:1' is no server name: a DNS name, or *. and one"
        ),
        ("[tls]\n[tls *]", "2:1: error: '*' is no server name"),
        (
            "[tls]\n[tls a.test]\n[tls A.test]",
            "3:1: error: [tls A.test] is the same name as [tls a.test] at f:2:1"
        ),
    ]

    @Test("A mistake is told at its place", arguments: mistakes)
    func mistake(lines: String, beginning: String) throws {
        let (context, messages) = try build(lines)
        #expect(context == nil)
        #expect(
            messages.contains { $0.hasPrefix(beginning) }
                || messages.contains { $0.hasPrefix("f:" + beginning) },
            "\(messages)")
    }

    @Test(
        "What can be used is used",
        arguments: [
            "[tls]\nciphers = ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256",
            "[tls]\nciphers = HIGH !aNULL @SECLEVEL=2", "[tls]\ngroups = P-521 X448",
            "[tls]\nminimum = 1.3\n[tls a.test]\nminimum = 1.2", "[tls]\nmaximum = 1.2",
            "[tls]\nclient = required\nclient_ca = ~/state/ca.pem\n[tls a.test]\nclient = none",
            "[tls]\nclient_ca = ~/state/ca.pem\n[tls *.a.test]\nclient = required",
        ])
    func good(lines: String) throws {
        let (context, messages) = try build(lines)
        #expect(context != nil)
        #expect(messages == [])
    }

    @Test(
        "[tls NAME] has the rules of [tls] for clients' certificates, as far as it says nothing else",
        arguments: [
            ("", true), ("client = none", false), ("client = optional", true), ("client_depth = 1", true),
        ])
    func inheritance(line: String, verifies: Bool) throws {
        let (context, messages) = try build(
            "[tls]\nclient = required\nclient_ca = ~/state/ca.pem\n[tls a.test]\n\(line)")
        #expect(messages == [])
        let own = context?.context(for: "a.test").verification?.fingerprint
        let general = context?.defaultContext.verification?.fingerprint
        #expect((own != nil) == verifies)
        #expect((own == general) == line.isEmpty)
    }

    @Test("A mistake in [tls] is told once, however many names have its rules")
    func inheritedMistake() throws {
        let (_, messages) = try build(
            "[tls]\nclient = required\nclient_ca = /no\n[tls a.test]\n[tls b.test]\nminimum = 1.3")
        #expect(messages.count == 1)
    }

    @Test("keylog: the file is for its owner only, also if it was there, and the warning names it")
    func keyLog() throws {
        try folder.write("old", to: "keys")
        try folder.setMode(0o644, of: "keys")
        let (context, messages) = try build("[tls]\nkeylog = ~/keys")
        #expect(context?.keyLogPath == folder["keys"])
        #expect(
            messages
                == [
                    "f:2:10: warning: keylog: TLS secrets go to ~/keys: whoever reads it can decrypt every connection"
                ].map { String($0.dropFirst(2)) })
        #expect(try folder["keys"].stat().permissions == [.ownerReadWrite])
    }

    @Test("keylog: portico check makes no file")
    func checkedKeyLog() throws {
        _ = try build("[tls]\nkeylog = ~/keys", makes: false)
        #expect(throws: Errno.noSuchFileOrDirectory) { try folder["keys"].stat() }
    }

    @Test("keylog: no link is followed")
    func linkedKeyLog() throws {
        try folder.link("keys", to: "target")
        let (context, _) = try build("[tls]\nkeylog = ~/keys")
        #expect(context == nil)
    }

    @Test("keylog: what is no regular file is refused, and stays as it is")
    func irregularKeyLog() throws {
        try folder.makeFIFO("keys")
        try folder.setMode(0o644, of: "keys")
        // Without a reader it could not even be opened.
        let reader = try FileDescriptor.open(folder["keys"], .readOnly, options: .nonBlocking)
        defer { #expect(throws: Never.self) { try reader.close() } }
        let (context, messages) = try build("[tls]\nkeylog = ~/keys")
        #expect(context == nil)
        #expect(
            messages.contains { $0.contains("~/keys: file cannot be written (opening the key log)") },
            "\(messages)")
        #expect(
            try folder["keys"].stat().permissions == [.ownerReadWrite, .groupRead, .otherRead])
    }

    @Test(
        "A name has a minimum of its own only where its section says one",
        arguments: [("", nil), ("minimum = 1.2", .tls12), ("minimum = 1.3", .tls13)]
            as [(String, TLSVersion?)])
    func ownMinimum(line: String, version: TLSVersion?) throws {
        let (context, messages) = try build("[tls]\n[tls a.test]\n\(line)")
        #expect(messages == [])
        #expect(try #require(context).context(for: "a.test").ownMinimumVersion == version)
    }
}
