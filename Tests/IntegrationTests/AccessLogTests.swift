// The access log in the forms and places that the keys say.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("The access log", .timeLimit(.minutes(1)))
    struct AccessLogTests {
        private let folder: TemporaryFolder

        init() throws { folder = try TemporaryFolder() }

        private func server(_ keys: String) throws -> PorticoProcess {
            try PorticoProcess(server: keys, "[handler /]\nmodule = respond\nbody = 12345", in: folder)
        }

        /// The lines of a file, once there are so many.
        private func lines(_ count: Int, of name: String = "access.log") throws -> [String] {
            let log = try GrowingLog(folder[name])
            for number in 0..<count { try log.wait(from: number, containing: "") }
            return log.lines
        }

        @Test(
            "A file in the combined form, and nothing of the requests elsewhere",
            arguments: Transport.allCases)
        func combined(transport: Transport) throws {
            let server = try server("access_log = ./access.log")
            let options = ["-A", "an \"agent\"", "-e", "https://a.example/", "-o", "/dev/null"]
            _ = try server.startCurl("/x?y=z", transport, options).finish()
            let line = try #require(try lines(1).first)
            #expect(line.hasPrefix("127.0.0.1 - - ["))
            #expect(
                line.hasSuffix(
                    "] \"GET /x?y=z HTTP/\(transport == .http2 ? "2" : "1.1")\" 200 5 \"https://a.example/\" "
                        + "\"an \\\"agent\\\"\""))
            #expect(!server.log.lines.contains { $0.contains("GET /x") })
        }

        @Test("JSON that a parser takes, whatever the client sends")
        func json() throws {
            let server = try server("access_log = ./access.log\naccess_log.format = json")
            _ = try server.curl("/%0a", .http2, "-A", "\u{202e}\"\\")
            let line = try #require(try lines(1).first)
            let parsed = try run(
                "python3", "-c",
                "import json, sys; r = json.load(sys.stdin); print(r['status'], r['target'], ascii(r['user_agent']))",
                input: line)
            #expect(parsed.output == "200 /%0a '\\u202e\"\\\\'\n", "\(line) \(parsed.error)")
        }

        @Test(
            "SIGHUP opens the file anew, as logrotate wants it, also when the reload is refused",
            arguments: [true, false])
        func rotation(isRefused: Bool) throws {
            let server = try server("access_log = ./access.log\naccess_log.format = common")
            _ = try server.curl("/one")
            #expect(try lines(1).count == 1)
            try folder.move("access.log", to: "access.log.1")
            try folder.write("access.log", "")
            if isRefused { try folder.write("portico.conf", "[server]\nnonsense = 1\n") }
            #expect(try server.hangUp().contains("refused") == isRefused)
            _ = try server.curl("/two")
            #expect(try lines(1).first?.contains("\"GET /two HTTP/1.1\" 200 5") == true)
            #expect(try lines(1, of: "access.log.1").first?.contains("GET /one ") == true)
        }

        @Test("A full disk loses lines of the log, which is told, and nothing else")
        func fullDisk() throws {
            let server = try server("access_log = /dev/full")
            for _ in 1...3 { #expect(try server.curl("/").output == "12345") }
            try server.log.wait(containing: "The access log can't be written.", "No space left on device")
            let lost = " records of the access log were lost; Serving "
            server.signal(SIGUSR1)
            let line = try server.log.wait(containing: lost)
            // Each reload opens the file anew.
            _ = try server.hangUp()
            server.signal(SIGUSR1)
            try server.log.wait(from: line + 1, containing: lost)
        }

        @Test("stderr takes lines of the form, none takes none")
        func otherPlaces() throws {
            let server = try server("access_log = stderr\naccess_log.format = common")
            _ = try server.curl("/seen")
            let line = try server.log.wait(containing: "\"GET /seen HTTP/1.1\" 200 5")
            #expect(server.log.lines[line].hasPrefix("127.0.0.1 - - ["))
            let handler = "[handler /]\nmodule = respond\nbody = 12345"
            #expect(
                try server.reload(server: "listen = 127.0.0.1:0\naccess_log = none", handler).contains(
                    "was reloaded"))
        }

        @Test("portico check tells of a file that can't be opened, and makes none")
        func check() throws {
            func check(_ keys: String) throws -> ProgramResult {
                let text = Configuration.text(server: keys, Configuration.handlers)
                let file = try folder.write("portico.conf", text)
                return try run(PorticoProcess.binary, "check", "-c", file.string)
            }
            let missing = try check("access_log = none/access.log")
            #expect(missing.status == 78)
            #expect(missing.error.contains("error: the access log can't be opened: "), "\(missing.error)")
            #expect(
                try check("access_log = journl").error.contains("neither journal, stderr, none nor a path"))
            #expect(
                try check("access_log.format = json").error.contains(
                    "warning: access_log.format is for a file"))
            #expect(try check("access_log = ./access.log").status == 0)
            #expect(!names(in: folder.path).contains("access.log"))
        }
    }
}
