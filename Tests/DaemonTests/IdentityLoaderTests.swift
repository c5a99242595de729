// Certificates as the sections name them: what is made, what is read, and what is said of a mistake.

import Configuration
import HandlerTesting
import Supervision
import SystemPackage
import Testing

@testable import Daemon
@testable import TLS

@Suite("Loading certificates")
struct IdentityLoaderTests {
    private let folder: TemporaryFolder
    private var state: FilePath { folder["state"] }

    init() throws {
        folder = try TemporaryFolder()
        try folder.makeFolder("state")
    }

    /// Loads the `[tls]` sections of a text; what there is to say has the folder's name taken out.
    private func load(
        _ text: String, makes: Bool = true, isCheck: Bool = false, _ variables: [String: String] = [:]
    ) throws -> (IdentityLoader.Identities?, messages: [String]) {
        let settings = try #require(settings("\(text)\n[handler /]\nmodule = echo\n").0)
        var diagnostics: [Diagnostic] = []
        let loader = IdentityLoader(
            environment: ServiceEnvironment { variables[$0] }, stateFolder: state, mayWrite: makes,
            outOfTime: isCheck ? .error : nil)
        let identities = loader.load(settings.tls, into: &diagnostics)
        return (
            identities,
            diagnostics.map { $0.description.split(separator: folder.path.string).joined(separator: "~") }
        )
    }

    /// Makes the authority's files, to be used as given ones.
    private func makeFiles() throws {
        _ = try load("[tls]")
    }

    @Test("auto: the authority makes the default certificate, which stands for those of each [tls NAME] too")
    func makes() throws {
        let (identities, messages) = try load("[tls]\n[tls wiki.test]")
        #expect(messages == [])
        #expect(identities?.authority?.certificatePath == state.appending("ca.pem"))
        let names = try #require(identities?.default.first?.facts.alternativeNames)
        #expect(names.contains("localhost") && !names.contains("wiki.test"))
        #expect(identities?.named["wiki.test"]?.first === identities?.default.first)
        // It renews them by itself, so their end is nobody's concern.
        #expect(identities?.expiry.findings(at: .max).isEmpty == true)
    }

    @Test(
        "auto for a name that the authority may not sign for is an error at its section, and nothing is made")
    func notPermitted() throws {
        let (identities, messages) = try load("[tls]\n[tls wiki.test]\n[tls wiki.example]\n[tls *.example]")
        #expect(identities == nil)
        #expect(messages.count == 2)
        #expect(
            messages.first?.hasPrefix("f:3:1: error: the local authority may not sign for 'wiki.example'")
                == true)
        #expect(throws: Errno.noSuchFileOrDirectory) { try state.appending("ca.pem").stat() }
    }

    @Test("authority_names: a new authority may sign for them; one that is there is kept, with a warning")
    func authorityNames() throws {
        let text = "[tls]\nauthority_names = wiki.example 203.0.113.0/24"
        let (identities, messages) = try load("\(text)\n[tls a.wiki.example]")
        #expect(messages == [])
        let (later, warnings) = try load("\(text) other.example\n[tls a.wiki.example]")
        #expect(later?.authority?.facts == identities?.authority?.facts)
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasPrefix("f:1:1: warning: ") == true, "\(warnings)")
        #expect(warnings.first?.contains("made without other.example; ") == true)
        let (none, errors) = try load("\(text) other.example\n[tls other.example]")
        #expect(none == nil)
        #expect(errors.first?.contains("may not sign for 'other.example'") == true)
    }

    @Test("authority_names that are none are errors at their place")
    func badAuthorityNames() {
        let (_, messages) = settings(
            "[tls]\nauthority_names = a.example 1.2.3.4/33 *.b\n[handler /]\nmodule = echo\n")
        #expect(messages.count == 2)
        #expect(messages.first?.hasPrefix("2:29: error: ") == true, "\(messages)")
    }

    @Test("portico check makes no file, and finds nothing wrong with that")
    func checkMakesNothing() throws {
        let (identities, messages) = try load("[tls]", makes: false)
        #expect(identities == nil)
        #expect(messages == [])
        #expect(throws: Errno.noSuchFileOrDirectory) { try state.appending("ca.pem").stat() }
        #expect(throws: Errno.noSuchFileOrDirectory) { try state.appending("ca.key").stat() }
    }

    @Test("Files that are given need no authority")
    func given() throws {
        try makeFiles()
        let (identities, messages) = try load(
            "[tls]\ncertificate = \(state)/localhost.pem\nkey = \(state)/localhost.key")
        #expect(messages == [])
        #expect(identities?.default.first?.facts.alternativeNames.contains("localhost") == true)
        #expect(identities?.authority == nil)
    }

    @Test("Credentials are files of the folder that the service manager names")
    func credentials() throws {
        try makeFiles()
        let (identities, messages) = try load(
            "[tls]\ncertificate = credential:localhost.pem\nkey = credential:localhost.key",
            ["CREDENTIALS_DIRECTORY": state.string])
        #expect(messages == [])
        #expect(identities != nil)
    }

    @Test(
        "What can't be loaded is told at the line that names it",
        arguments: [
            ("certificate = /no.pem", "f:1:1: error: certificate and key are either both auto or both given"),
            (
                "certificate = auto\ncertificate = /no.pem\nkey = /no.key",
                "f:4:7: error: certificate and key are either both auto or both given"
            ),
            (
                "certificate = ~/localhost.pem ~/ca.pem\nkey = ~/localhost.key",
                "f:3:7: error: there are 2 certificates and 1 keys: each needs the other"
            ),
            ("certificate = ~/ca.pem\nkey = ~/ca.key\npassphrase = /no", "f:4:14: error: /no: "),
            ("key = /no.key", "f:2:7: error: certificate and key are either both auto or both given"),
            ("certificate = /no.pem\nkey = /no.key", "f:2:15: error: "),
            ("certificate = ~/localhost.pem\nkey = /no.key", "f:3:7: error: "),
            ("certificate = ~/localhost.pem\nkey = ~/ca.key", "f:3:7: error: "),
            ("certificate = ~/ca.key\nkey = ~/localhost.key", "f:2:15: error: "),
            ("certificate = credential:a\nkey = credential:b", "f:2:15: error: "),
        ])
    func mistakes(_ lines: String, _ beginning: String) throws {
        try makeFiles()
        let text = lines.split(separator: "~", omittingEmptySubsequences: false).joined(
            separator: state.string)
        let (identities, messages) = try load("[tls]\n\(text)")
        #expect(identities == nil)
        #expect(
            messages.first?.replacing("~/state", with: "~").hasPrefix(beginning) == true, "\(messages)")
    }

    @Test("The credentials tls.crt and tls.key are those of a [tls] that names none, and of no [tls NAME]")
    func credentialsByThemselves() throws {
        let credentials = try makeCredentials()
        let (identities, messages) = try load("[tls]\n[tls wiki.test]", credentials)
        #expect(messages == [])
        #expect(identities?.default.first?.file == folder["credentials/tls.crt"])
        #expect(identities?.authority != nil)
        #expect(identities?.named["wiki.test"]?.first === identities?.authority?.identity)
        let (named, _) = try load(
            "[tls]\ncertificate = \(state)/localhost.pem\nkey = \(state)/localhost.key", credentials)
        #expect(named?.default.first?.file == state.appending("localhost.pem"))
        #expect(named?.authority == nil)
        let (made, _) = try load("[tls]\ncertificate = auto", credentials)
        #expect(made?.authority != nil)
    }

    @Test(
        "One of both credentials is an error, and no reason to make a certificate", arguments: ["crt", "key"])
    func oneCredential(missing: String) throws {
        let credentials = try makeCredentials()
        try folder.delete("credentials/tls.\(missing)")
        let (identities, messages) = try load("[tls]", credentials)
        #expect(identities == nil)
        #expect(messages.count == 1)
        #expect(messages.first?.contains("tls.\(missing)") == true, "\(messages)")
    }

    @Test("Of two certificates with keys of one algorithm, one would hide the other: an error")
    func repeatedAlgorithm() throws {
        try makeFiles()
        let (_, messages) = try load(
            "[tls]\ncertificate = \(state)/localhost.pem \(state)/ca.pem\n"
                + "key = \(state)/localhost.key \(state)/ca.key")
        #expect(
            messages == [
                "f:2:15: error: ~/state/ca.pem: there is another certificate with a key of EC; a server name has one of "
                    + "each algorithm"
            ])
    }

    @Test("Other credentials say nothing of certificates")
    func otherCredentials() throws {
        let (identities, messages) = try load("[tls]", ["CREDENTIALS_DIRECTORY": state.string])
        #expect(messages == [])
        #expect(identities?.authority != nil)
    }

    private func makeCredentials() throws -> [String: String] {
        try makeFiles()
        try folder.makeFolder("credentials")
        for (name, credential) in [("localhost.pem", "tls.crt"), ("localhost.key", "tls.key")] {
            let bytes = try PEMFile(reading: state.appending(name)).bytes
            try folder.write(bytes, to: "credentials/\(credential)")
            try folder.setMode(0o600, of: "credentials/\(credential)")
        }
        return ["CREDENTIALS_DIRECTORY": folder["credentials"].string]
    }

    @Test(
        "A certificate out of its time is an error of portico check; a daemon serves with it",
        arguments: [(-1000, -10, "has expired"), (1000, 2000, "is not valid yet")] as [(Int64, Int64, String)]
    )
    func outOfTime(begin: Int64, end: Int64, words: String) throws {
        let now = systemTime()
        let key = try PrivateKey.generate()
        let certificate = try CertificateBuilder(
            subject: "old", key: key, notBefore: now + begin, notAfter: now + end, extensions: []
        ).signed()
        try folder.write(try certificate.pem(), to: "old.pem")
        try folder.write(try key.pem(), to: "old.key")
        try folder.setMode(0o600, of: "old.key")
        let text = "[tls]\ncertificate = \(folder["old.pem"])\nkey = \(folder["old.key"])"
        let (refused, errors) = try load(text, isCheck: true)
        #expect(refused != nil)
        #expect(errors == ["f:2:15: error: ~/old.pem: the certificate of CN=old \(words)"])
        let (served, messages) = try load(text)
        #expect(messages == [])
        #expect(served?.expiry.outOfTime(at: now).map(\.description.count).count == 1)
    }

    @Test(
        "What ends within two weeks is told, with the days that are left; what doesn't is not",
        arguments: [
            (14 * 86_400 + 1, nil), (14 * 86_400, .ends(days: 14)), (86_400, .ends(days: 1)),
            (86_399, .ends(days: 0)), (0, .ends(days: 0)), (-1, .expired), (400 * 86_400, .notYetValid),
        ] as [(Int64, CertificateExpiry.Finding.State?)])
    func expiry(left: Int64, state: CertificateExpiry.Finding.State?) throws {
        let end = systemTime() + 30 * 86_400
        let key = try PrivateKey.generate()
        let certificate = try CertificateBuilder(
            subject: "a", key: key, notBefore: end - 365 * 86_400, notAfter: end, extensions: []
        ).signed()
        let identity = try Identity(certificatePEM: certificate.pem(), keyPEM: key.pem(), name: "a")
        #expect(CertificateExpiry(of: [identity]).findings(at: end - left).first?.state == state)
    }

    @Test("Those out of their time are told first, then those that end first")
    func expiryOrder() throws {
        let now = systemTime()
        let day: Int64 = 86_400
        let times: [(String, Int64, Int64)] = [
            ("soon", -1, 13), ("early", 20, 30), ("sooner", -1, 2), ("ended", -9, -1), ("later", -1, 40),
        ]
        let identities = try times.map { name, begin, end in
            let key = try PrivateKey.generate()
            let certificate = try CertificateBuilder(
                subject: name, key: key, notBefore: now + begin * day, notAfter: now + end * day,
                extensions: []
            ).signed()
            return try Identity(certificatePEM: certificate.pem(), keyPEM: key.pem(), name: name)
        }
        let told = CertificateExpiry(of: identities).findings(at: now).map(\.file.string)
        #expect(told == ["ended", "early", "sooner", "soon"])
    }

    @Test("A certificate without a subject is told of by its first name")
    func expiryWithoutSubject() throws {
        let key = try PrivateKey.generate()
        let template = CertificateBuilder.leaf(for: ["a.test"], purpose: .server, key: key, from: 0, to: 1)
        let certificate = try CertificateBuilder(
            subject: "", key: key, notBefore: 0, notAfter: 1,
            extensions: template.extensions.filter { $0.value.contains("a.test") }
        ).signed()
        let identity = try Identity(certificatePEM: certificate.pem(), keyPEM: key.pem(), name: "a.pem")
        let told = CertificateExpiry(of: [identity]).findings(at: 2).map(\.description)
        #expect(told == ["a.pem: the certificate of a.test has expired"])
    }

    @Test("A missing file is named")
    func namesTheFile() throws {
        let (_, messages) = try load("[tls]\ncertificate = /no/such.pem\nkey = /no/such.key")
        #expect(messages.first?.contains("/no/such.pem") == true, "\(messages)")
    }

    @Test("A key that others can read is a warning")
    func readableKey() throws {
        try makeFiles()
        try folder.setMode(0o644, of: "state/localhost.key")
        let (identities, messages) = try load(
            "[tls]\ncertificate = \(state)/localhost.pem\nkey = \(state)/localhost.key")
        #expect(identities != nil)
        #expect(messages.first?.contains("warning: ") == true, "\(messages)")
    }
}
