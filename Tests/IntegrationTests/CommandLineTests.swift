// The command line: exit statuses as sysexits(3) has them, help, what check and modules print, serve without a file.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Command line", .timeLimit(.minutes(1)))
    struct CommandLineTests {
        @Test(
            "--help and --version work everywhere",
            arguments: [[], ["run"], ["check"], ["serve"], ["modules"], ["request"], ["ca"], ["cert"]])
        func help(command: [String]) throws {
            let help = try run([PorticoProcess.binary] + command + ["--help"])
            #expect(help.status == 0)
            #expect(help.output.contains("USAGE: portico"))
            let version = try run([PorticoProcess.binary] + command + ["--version"])
            #expect(version.status == 0)
            #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
        }

        @Test(
            "A usage error is status 64",
            arguments: [
                ["bogus"], ["run", "--bogus"], ["run", "extra"], ["modules", "bogus"], ["serve", "a", "b"],
            ])
        func usage(arguments: [String]) throws {
            let result = try run([PorticoProcess.binary] + arguments)
            #expect(result.status == 64)
            #expect(result.error.hasPrefix("Error: "))
        }

        @Test(
            "A configuration that can't be used is status 78, of run and of check",
            arguments: ["run", "check"])
        func configuration(command: String) throws {
            let folder = try TemporaryFolder()
            let missing = folder["none.conf"].string
            let result = try run(PorticoProcess.binary, command, "-c", missing)
            #expect(result.status == 78)
            #expect(result.error.contains(missing))
        }

        @Test("An address that is taken is status 1: no fault of the file's text")
        func addressInUse() throws {
            let first = try PorticoProcess()
            let folder = try TemporaryFolder()
            let file = try folder.write(
                "a.conf",
                "[server]\nlisten_plain = \(first.addresses[1])\nlisten =\nstate_directory = state\n")
            let result = try run(PorticoProcess.binary, "run", "-c", file.string)
            #expect(result.status == 1)
            #expect(result.error.contains(first.addresses[1]))
        }

        @Test("check prints every problem with its file, line and column")
        func checkProblems() throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(
                "a.conf",
                """
                [server]
                listen = nowhere
                lisen = 127.0.0.1:1
                [handler /]
                module = flies
                [handler /b]
                module = files
                root = \(folder["none"])
                """)
            let result = try run(PorticoProcess.binary, "check", "-c", file.string)
            #expect(result.status == 78)
            let lines = result.error.split(separator: "\n").map(String.init)
            #expect(lines.contains { $0.hasPrefix("\(file):2:10: error: ") })
            #expect(lines.contains { $0.hasPrefix("\(file):3:1: error: ") && $0.contains("listen") })
            #expect(lines.contains { $0.hasPrefix("\(file):5:10: error: ") && $0.contains("files") })
            #expect(lines.allSatisfy { $0.hasPrefix("\(file):") })
        }

        @Test(
            "An address under two entries is an error at its line and status 78", arguments: ["run", "check"])
        func repeatedAddress(command: String) throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(
                "a.conf",
                Configuration.text(
                    server: "listen = 127.0.0.1:1 localhost:1\nlisten_plain = *:1", Configuration.handlers))
            let result = try run(PorticoProcess.binary, command, "-c", file.string)
            #expect(result.status == 78)
            let lines = result.error.split(separator: "\n").map(String.init)
            #expect(
                lines.count { $0.contains("\(file):4:10: error: listen: localhost:1 needs 127.0.0.1:1") } == 1
            )
            #expect(lines.count { $0.contains("\(file):5:16: error: listen_plain: *:1 needs *:1") } == 1)
        }

        @Test("check builds the handlers: a root that isn't there is an error at its line")
        func checkRoot() throws {
            let folder = try TemporaryFolder()
            let file = try folder.write("a.conf", Configuration.files(folder["none"]))
            let result = try run(PorticoProcess.binary, "check", "-c", file.string)
            #expect(result.status == 78)
            #expect(result.error.contains("\(file):4:8: error: "))
        }

        @Test(
            "check reads keys: a broken one is an error that names the file, and nothing is made on the disk")
        func checkKeys() throws {
            let folder = try TemporaryFolder()
            try folder.write("broken.pem", "-----BEGIN NOTHING-----\n")
            let tls = "[tls]\ncertificate = broken.pem\nkey = broken.pem\n"
            let file = try folder.write(
                "a.conf", Configuration.text(server: "", tls + Configuration.handlers))
            let result = try run(PorticoProcess.binary, "check", "-c", file.string)
            #expect(result.status == 78)
            #expect(result.error.contains("broken.pem"))
            #expect(names(in: folder.path).sorted() == ["a.conf", "broken.pem"])
        }

        @Test("check --print writes a configuration that reads back as itself")
        func checkPrint() throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(
                "a.conf", Configuration.text(server: "idle_timeout = 90s", Configuration.handlers))
            let first = try run(PorticoProcess.binary, "check", "-c", file.string, "--print")
            #expect(first.status == 0)
            #expect(first.output.contains("idle_timeout = "))
            let printed = try folder.write("b.conf", first.output)
            let second = try run(PorticoProcess.binary, "check", "-c", printed.string, "--print")
            #expect(second.status == 0)
            #expect(second.output == first.output)
        }

        @Test("Drop-ins beside the file are read in the order of their names")
        func dropIns() throws {
            let folder = try TemporaryFolder()
            let file = try folder.write("a.conf", "[server]\nworkers = 1\n[handler /]\nmodule = echo\n")
            try folder.write("a.conf.d/10-one.conf", "[server]\nworkers = 2\n")
            try folder.write("a.conf.d/20-two.conf", "[server]\nworkers = 3\n")
            let result = try run(PorticoProcess.binary, "check", "-c", file.string, "--print")
            #expect(result.output.contains("\nworkers = 3\n"))
        }

        @Test("modules lists the modules, and the keys of one with type, default and meaning")
        func modules() throws {
            let list = try run(PorticoProcess.binary, "modules")
            #expect(list.status == 0)
            for name in ["echo", "files", "diagnostics"] {
                #expect(list.output.split(separator: "\n").contains { $0.hasPrefix(name) })
            }
            let files = try run(PorticoProcess.binary, "modules", "files").output
            for text in ["root", "path, required", "index.html", "The folder that is served.", "listing"] {
                #expect(files.contains(text))
            }
        }

        @Test("serve needs no file: one line that says where, certificates on first use")
        func serve() throws {
            let folder = try TemporaryFolder()
            try folder.write("www/a.txt", "served")
            let server = try PorticoProcess(
                ["serve", folder["www"].string, "--listen", "127.0.0.1:0"],
                environment: ["XDG_DATA_HOME": folder["data"].string], in: folder)
            let line = String(decoding: try #require(try server.readSomeOutput()), as: UTF8.self)
            let url = try #require(line.firstMatch(of: /https:\/\/localhost:\d+\//)?.output)
            #expect(line.split(separator: "\n").count == 1)
            let authority = folder["data/portico/ca.pem"].string
            #expect(line.contains(authority))
            let port = try #require(url.firstMatch(of: /\d+/)?.output)
            let result = try run(
                "curl", "-sS", "--cacert", authority, "--resolve", "localhost:\(port):127.0.0.1",
                "\(url)a.txt")
            #expect(result.output == "served")
            server.signal(SIGTERM)
            #expect(try server.waitForExit() == 0)
            let keys = names(in: folder["data/portico"]).filter { $0.contains("key") }
            #expect(!keys.isEmpty)
            for key in keys {
                #expect(try run("stat", "-c", "%a", folder["data/portico/\(key)"].string).output == "600\n")
            }
        }
    }
}
