// Certificates as the sections name them: what is made, what is read, and what is said of a mistake.

import Configuration
import HandlerTesting
import Supervision
import SystemPackage
import TLS
import Testing

@testable import Daemon

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
        _ text: String, makes: Bool = true, _ variables: [String: String] = [:]
    ) throws -> (IdentityLoader.Identities?, messages: [String]) {
        let settings = try #require(settings("\(text)\n[handler /]\nmodule = echo\n").0)
        var diagnostics: [Diagnostic] = []
        let loader = IdentityLoader(
            environment: ServiceEnvironment { variables[$0] }, stateFolder: state, makesCertificates: makes)
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
        let names = try #require(identities?.default.facts.alternativeNames)
        #expect(names.contains("localhost") && !names.contains("wiki.test"))
        #expect(identities?.named["wiki.test"] === identities?.default)
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
        #expect(identities?.default.facts.alternativeNames.contains("localhost") == true)
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
        #expect(messages.first?.hasPrefix(beginning) == true, "\(messages)")
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
