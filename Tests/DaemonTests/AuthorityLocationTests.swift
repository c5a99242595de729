// Which authority a command is about, and whose browsers.

import HandlerTesting
import SystemPackage
import TLS
import Testing

@testable import Daemon

@Suite("The authority of a command")
struct AuthorityLocationTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func invoker(isRoot: Bool = false, _ variables: [String: String] = [:]) -> Invoker {
        Invoker(isRoot: isRoot) { variables[$0] }
    }

    private func location(_ text: String, _ variables: [String: String] = [:]) throws -> AuthorityLocation {
        try folder.write(text + "\n[handler /]\nmodule = echo\n", to: "a.conf")
        return try AuthorityLocation(configuration: folder["a.conf"], invoker(variables))
    }

    @Test("It is the daemon's: state_directory, else STATE_DIRECTORY, else the user's data")
    func folders() throws {
        let own = folder["keys"]
        #expect(try location("[server]\nstate_directory = keys", ["STATE_DIRECTORY": "/s"]).folder == own)
        #expect(try location("", ["STATE_DIRECTORY": "/s", "HOME": "/h"]).folder == "/s")
        #expect(try location("", ["HOME": "/h"]).folder == "/h/.local/share/portico")
        #expect(try location("", ["HOME": "/h", "XDG_DATA_HOME": "/d"]).folder == "/d/portico")
    }

    @Test("What the configuration permits goes into an authority that a command makes")
    func permitting() throws {
        let location = try location("[server]\nstate_directory = keys\n[tls]\nauthority_names = a.example")
        try location.makeIfMissing(invoker())
        #expect(try location.certificate().constraints?.permits("www.a.example") == true)
    }

    @Test("A configuration with errors is status 78")
    func badConfiguration() throws {
        #expect(throws: ExitStatus.configuration) { try location("[server]\nlisten = nowhere") }
    }

    @Test("One that isn't there is named, and nobody is told to look for a key")
    func missing() throws {
        let failure = #expect(throws: CommandFailure.self) { try location("", ["HOME": "/h"]).certificate() }
        #expect(failure?.description.contains("no authority in /h/.local/share/portico yet") == true)
    }

    @Test("Under sudo it is the caller's home, not root's; without it one's own")
    func sudo() {
        // A user that every Debian has.
        let daemon = invoker(
            isRoot: true, ["SUDO_USER": "daemon", "HOME": "/root", "XDG_DATA_HOME": "/root/x"])
        #expect(daemon.userToBecome == "daemon")
        #expect(daemon.home == "/usr/sbin")
        #expect(daemon.variable("XDG_DATA_HOME") == nil)
        #expect(AuthorityLocation(of: daemon).folder == "/usr/sbin/.local/share/portico")
        #expect(invoker(["SUDO_USER": "daemon", "HOME": "/h"]).userToBecome == nil)
        #expect(invoker(isRoot: true, ["SUDO_USER": "root", "HOME": "/root"]).userToBecome == nil)
        #expect(invoker(isRoot: true, ["SUDO_USER": "no such user", "HOME": "/root"]).home == "/root")
    }

    @Test("Under sudo no authority is made: the caller's daemon could not read it")
    func sudoMakesNothing() throws {
        let location = try location("[server]\nstate_directory = keys")
        let caller = invoker(isRoot: true, ["SUDO_USER": "daemon"])
        #expect(throws: CommandFailure.self) { try location.makeIfMissing(caller) }
        #expect(!location.file.exists)
    }
}
