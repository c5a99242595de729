// The exit statuses of sysexits(3), without a process.

import ArgumentParser
import HandlerTesting
import SystemPackage
import Testing

@testable import Daemon

@Suite("Exit statuses")
struct CommandTests {
    /// The status that a command line ends with.
    private func status(_ words: [String]) -> Int32 {
        do {
            var command = try PorticoCommand.parseAsRoot(words)
            try command.run()
            return 0
        } catch {
            return PorticoCommand.exitCode(for: error).rawValue
        }
    }

    @Test("64 for a command line that can't be understood")
    func usage() {
        #expect(status(["frobnicate"]) == 64)
        #expect(status(["run", "--nosuch"]) == 64)
        #expect(status(["modules", "nosuch"]) == 64)
        #expect(status(["serve", "--listen", "localhost"]) == 64)
        #expect(status(["serve", "--listen", "localhost:99999"]) == 64)
        #expect(status(["ca", "nosuch"]) == 64)
        #expect(status(["ca", "export", "--pem", "--der"]) == 64)
        #expect(status(["cert"]) == 64)
        #expect(status(["cert", "a.test", "--days", "0"]) == 64)
        #expect(status(["cert", "a.test", "--days", "826"]) == 64)
        #expect(status(["cert", "a.test", "--password", "x"]) == 64)
    }

    @Test(
        "0 for --help and --version, of each command too",
        arguments: [
            [], ["run"], ["check"], ["serve"], ["modules"], ["request"], ["ca"], ["ca", "install"], ["cert"],
        ])
    func help(_ command: [String]) {
        #expect(status(command + ["--help"]) == 0)
        #expect(status(command + ["--version"]) == 0)
    }

    @Test("78 for a configuration that can't be used, 0 for one that can")
    func configuration() throws {
        let folder = try TemporaryFolder()
        try folder.write("[server]\nlisten =\n[handler /]\nmodule = echo\n", to: "good.conf")
        try folder.write("[handler /]\nmodule = files\nroot = /no/such/folder\n", to: "bad.conf")
        #expect(status(["check", "-c", folder["good.conf"].string]) == 0)
        #expect(status(["check", "-c", folder["bad.conf"].string]) == 78)
        #expect(status(["check", "-c", folder["missing.conf"].string]) == 78)
    }
}
