// `portico request`: it answers what the daemon does, without a socket.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("portico request", .timeLimit(.minutes(1)))
    struct RequestCommandTests {
        private let folder: TemporaryFolder
        private let sections: String
        private var file: String { folder["portico.conf"].string }

        init() throws {
            folder = try TemporaryFolder()
            try folder.makeFolder("www")
            try folder.write("www/a.txt", "hello\n")
            sections = """
                \(Configuration.probe)
                [handler wiki.test/only]
                module = respond
                body = of one host
                [handler /small]
                module = echo
                body_bytes = 10
                \(Configuration.files(folder["www"]))
                """
            try folder.write(
                "portico.conf", Configuration.text(server: "request_line_bytes = 1000", sections))
        }

        private func request(_ words: String..., input: String = "") throws -> ProgramResult {
            try run([PorticoProcess.probe, "request", "-c", file] + words, input: input)
        }

        @Test(
            "Its response is the daemon's, to the last field",
            arguments: [
                ["/files/a.txt"], ["/files/a.txt", "-H", "Range: bytes=1-3"], ["/files/none"],
                ["-I", "/files/a.txt"],
                ["/files"], ["/files/", "-H", "Accept: application/json"],
                ["/echo", "-d", "a=b", "-d", "c= d"],
                ["-X", "PUT", "/echo", "-d", "a"], ["-X", "OPTIONS", "/echo"], ["-X", "BREW", "/echo"],
                ["/small", "-d", "more than ten bytes"], ["/probe/fail"], ["/probe/inject"],
                ["/only/a", "-H", "Host: wiki.test"], ["/%zz", "-H", "Accept: text/html"],
                ["/small", "-H", "Expect: odd", "-d", "a"], ["/\(String(repeating: "a", count: 1000))"],
                ["/echo", "-H", "Content-Type: application/json", "-d", "[1]"],
                ["/echo", "-H", "Accept;", "-d", "x=1"],
            ])
        func equality(words: [String]) throws {
            let server = try PorticoProcess(
                server: "request_line_bytes = 1000", sections, program: PorticoProcess.probe)
            let path = try #require(words.first { $0.hasPrefix("/") })
            let options = words.filter { $0 != path }
            let expected = try server.startCurl(path, .plain, ["-i", "--path-as-is"] + options).finish()
            let result = try run(
                [PorticoProcess.probe, "request", "-c", file, "-i", path] + options)
            #expect(result.status == 0, "\(result.error)")
            #expect(steady(result.output) == steady(expected.output))
            #expect(result.output.hasPrefix("HTTP/1.1 "))
        }

        /// Without what differs between two requests.
        private func steady(_ text: String) -> String {
            text.replacing(/Date: .*/, with: "Date:").replacing(/[0-9a-f]{16}/, with: "ID")
        }

        @Test("No socket is made, nothing is written, and no certificate is needed")
        func withoutSocket() throws {
            let script = "strace -qq -f -e trace=%network -o $0 \"$@\"; cat $0"
            let traced = try run(
                "sh", "-c", script, folder["trace"].string, PorticoProcess.binary, "request", "-c", file,
                "/echo")
            // Without probe, which this program has not
            #expect(traced.status != 127, "strace is missing")
            #expect(!traced.output.contains("socket"), "\(traced.output)")
            #expect(names(in: folder.path).contains("state") == false)
        }

        @Test("A body of any bytes comes out as it is")
        func binary() throws {
            try folder.resize("www/big", to: 300_000)
            let script = "head -c 300000 /dev/urandom >$0; \"$1\" request -c \"$2\" /files/big | cmp - $0"
            let result = try run(
                "sh", "-c", script, folder["www/big"].string, PorticoProcess.probe, file)
            #expect(result.status == 0, "\(result)")
        }

        @Test(
            "-d strips a file's line ends, --data-binary doesn't, @- is standard input, more are joined by &")
        func data() throws {
            try folder.write("content", "a=1\r\nb\n")
            let text = try request("/echo", "-d", "@\(folder["content"])", "-d", "c=2")
            #expect(text.output.contains("a = 1b\nc = 2\n"), "\(text)")
            let bytes = try request("/probe/mirror", "--data-binary", "@-", input: "a\r\nb\n")
            #expect(bytes.output == "a\r\nb\n")
            let missing = try request("/echo", "-d", "@\(folder["none"])")
            #expect(missing.status == 64)
            #expect(missing.error.contains("none' cannot be read"))
        }

        @Test("--listener says whether it is https, a URL which host is asked for, --from who asks")
        func origin() throws {
            let secure = try request("/", "-H", "Accept: application/json", "--from", "203.0.113.9")
            #expect(secure.output.contains("203.0.113.9"))
            #expect(try request("/echo/get").output.contains("\"url\": \"https://"))
            #expect(try request("/echo/cookies/set/a/b", "-i").output.contains("a=b; Secure"))
            #expect(try request("https://wiki.test/only").output == "of one host")
            try folder.write(
                "portico.conf",
                Configuration.text(server: "listen = 127.0.0.1:1\nlisten_plain = 127.0.0.1:2", sections))
            #expect(
                try request("https://wiki.test/only", "--listener", "127.0.0.1:2").output.hasPrefix("421 "))
            let unknown = try request("/", "--listener", "127.0.0.1:3")
            #expect(unknown.status == 64)
            #expect(unknown.error.contains("There are: 127.0.0.1:1, 127.0.0.1:2."))
        }

        @Test(
            "The exit status: 22 with --fail, 18 for a response that breaks off, 78 for the configuration, 64"
        )
        func status() throws {
            let missing = try request("GET", "/files/none", "--fail")
            #expect(missing.status == 22)
            #expect(missing.output.isEmpty)
            #expect(missing.error == "portico: the response has status 404\n")
            #expect(try request("GET", "/files/none").status == 0)
            let few = try request("/probe/few")
            #expect(few.status == 18)
            #expect(few.output == "few")
            #expect(try request("/echo", "-H", "Content-Length: 9", "-d", "short").status == 18)
            #expect(try request("echo").status == 64)
            #expect(try request("GET", "/", "/").status == 64)
            #expect(try request("/", "-H", "no field").status == 64)
            try folder.write("portico.conf", "[handler /]\nmodule = none\n")
            let broken = try request("/")
            #expect(broken.status == 78)
            #expect(broken.error.contains("portico.conf:2:10: error: "))
        }

        @Test("What a client isn't told of a failure stands on standard error")
        func failure() throws {
            let failed = try request("/probe/fail")
            #expect(failed.output.hasPrefix("500 Internal Server Error"))
            #expect(failed.error.contains("A request failed."))
        }
    }
}
