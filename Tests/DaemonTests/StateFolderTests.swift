// Where the local authority's files are, by what is known.

import HandlerTesting
import Supervision
import SystemPackage
import Testing

@testable import Daemon

@Suite("The folder of the local authority")
struct StateFolderTests {
    private func path(
        configured: FilePath? = nil, file: FilePath? = nil, _ variables: [String: String] = [:]
    ) -> FilePath {
        StateFolder.path(
            configured: configured, configurationFile: file,
            environment: ServiceEnvironment { variables[$0] }, variable: { variables[$0] })
    }

    /// A checkout with a configuration in `config`, and one that lies outside.
    private func checkout() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.makeFolder("project/certs-dev")
        try folder.write("", to: "project/Package.swift")
        try folder.write("", to: "project/config/portico.conf")
        try folder.write("", to: "elsewhere/config/portico.conf")
        return folder
    }

    @Test("What state_directory says comes before all else")
    func configured() throws {
        let folder = try checkout()
        let file = folder["project/config/portico.conf"]
        #expect(path(configured: "/keys", file: file, ["STATE_DIRECTORY": "/var/lib/portico"]) == "/keys")
    }

    @Test(
        "systemd.exec(5): else the first of STATE_DIRECTORY",
        arguments: ["/var/lib/portico", "/var/lib/portico:/b"])
    func service(_ value: String) throws {
        let folder = try checkout()
        #expect(
            path(file: folder["project/config/portico.conf"], ["STATE_DIRECTORY": value])
                == "/var/lib/portico")
    }

    @Test("else certs-dev of the checkout that the file lies in")
    func inCheckout() throws {
        let folder = try checkout()
        #expect(
            path(file: folder["project/config/portico.conf"], ["HOME": "/h"]) == folder["project/certs-dev"])
    }

    @Test(
        "else the user's data (XDG Base Directory: relative paths do not count)",
        arguments: [nil, "", "data"])
    func user(_ data: String?) throws {
        let folder = try checkout()
        let file = folder["elsewhere/config/portico.conf"]
        var variables = ["HOME": "/home/ann"]
        variables["XDG_DATA_HOME"] = data
        #expect(path(file: file, variables) == "/home/ann/.local/share/portico")
        #expect(path(variables) == "/home/ann/.local/share/portico")
        variables["XDG_DATA_HOME"] = "/data"
        #expect(path(file: file, variables) == "/data/portico")
    }

    @Test("A project with the same folders elsewhere is not taken for ours by halves")
    func halfACheckout() throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("other/certs-dev")
        try folder.write("", to: "other/config/portico.conf")
        #expect(path(file: folder["other/config/portico.conf"], ["HOME": "/h"]) == "/h/.local/share/portico")
    }
}
