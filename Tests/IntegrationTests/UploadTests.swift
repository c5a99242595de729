// Uploads as their users meet them: curl over each version, clients that stop, a full disk, a crash.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Uploads", .timeLimit(.minutes(2)))
    struct UploadTests {
        private let folder: TemporaryFolder
        private static let status = ["-o", "/dev/null", "-w", "%{stdout}%{http_code}"]

        init() throws {
            folder = try TemporaryFolder()
            try folder.makeFolder("root")
        }

        private func start(server: String = "", _ section: String = "", launcher: [String] = []) throws
            -> PorticoProcess
        {
            try PorticoProcess(
                server: server, "[handler /up]\nmodule = upload\nroot = \(folder["root"])\n\(section)\n",
                launcher: launcher, in: folder)
        }

        private func write(_ name: String, bytes: Int) throws -> String {
            let line = "\(name) 0123456789 abcdefghijklmnopqrstuvwxyz\n"
            try folder.write(
                name, String(String(repeating: line, count: bytes / line.count + 1).prefix(bytes)))
            return folder[name].string
        }

        private func saved(_ name: String) throws -> String {
            try contents(of: folder["root"].appending(name))
        }

        @Test(
            "curl -T saves a file whole, by its length and in chunks, and replaces it",
            arguments: Transport.allCases)
        func put(transport: Transport) throws {
            let server = try start()
            let (one, two) = (try write("one", bytes: 1_000_000), try write("two", bytes: 700_000))
            let created = try server.curl("/up/", transport, "-T", one, "-i")
            #expect(created.output.contains("Saved one (1000000 bytes)"), "\(created)")
            #expect(created.output.lowercased().contains("location: /up/one\r\n"))
            #expect(try saved("one") == contents(of: folder["one"]))
            let replaced = try server.startCurl(
                "/up/one", transport, ["-T", two, "-H", "Transfer-Encoding: chunked"] + Self.status
            ).finish()
            #expect(replaced.output == "204", "\(replaced)")
            #expect(try saved("one") == contents(of: folder["two"]))
            #expect(names(in: folder["root"]) == ["one"])
        }

        @Test("curl -F saves the files of a form, --data-binary what it has", arguments: Transport.allCases)
        func post(transport: Transport) throws {
            let server = try start()
            let (one, two) = (try write("one", bytes: 1_000_000), try write("two", bytes: 10))
            let form = try server.curl(
                "/up", transport, "-F", "file=@\(one)", "-F", "text=1", "-F", "file=@\(two);filename=a b")
            #expect(form.output == "Saved one (1000000 bytes)\nSaved a b (10 bytes)\n", "\(form)")
            #expect(try saved("one") == contents(of: folder["one"]))
            let raw = try server.startCurl(
                "/up/raw", transport, ["--data-binary", "@\(two)"] + Self.status
            ).finish()
            #expect(raw.output == "201")
            #expect(try saved("raw") == contents(of: folder["two"]))
        }

        @Test(
            "curl -C continues where an upload was cut, and is told where that is",
            arguments: Transport.allCases)
        func resume(transport: Transport) throws {
            let server = try start(server: "body_timeout = 1s")
            let whole = try write("whole", bytes: 900_000)
            let part = try write("part", bytes: 0)
            try folder.write("part", String(contents(of: folder["whole"]).prefix(300_000)))
            let first = try server.startCurl(
                "/up/whole", transport,
                ["-X", "PUT", "--data-binary", "@\(part)", "-H", "Content-Range: bytes 0-299999/900000"]
                    + Self.status
            ).finish()
            #expect(first.output == "202", "\(first)")
            #expect(!names(in: folder["root"]).contains("whole"))
            let wrong = try server.curl("/up/whole", transport, "-C", "400000", "-T", whole, "-i")
            #expect(wrong.output.lowercased().contains("content-range: bytes */300000\r\n"), "\(wrong)")
            let rest = try server.startCurl(
                "/up/whole", transport, ["-C", "300000", "-T", whole] + Self.status
            ).finish()
            #expect(rest.output == "201", "\(rest)")
            #expect(try saved("whole") == contents(of: folder["whole"]))
            let again = try server.startCurl(
                "/up/whole", transport, ["-C", "-", "-T", whole] + Self.status
            ).finish()
            #expect(again.output == "204", "\(again)")
            #expect(try saved("whole") == contents(of: folder["whole"]))
            #expect(names(in: folder["root"]) == ["whole"])
        }

        @Test(
            "RFC 9110 §10.1.1: what is too large, or taken, is refused before the body",
            arguments: Transport.http1)
        func expect(transport: Transport) throws {
            let server = try start("body_bytes = 1000\nexists = refuse")
            try folder.write("root/there", "there")
            let client = try RawClient(server, transport)
            for (name, length, status) in [("new", 1_001, 413), ("there", 10, 409)] {
                let client = name == "new" ? try RawClient(server, transport) : client
                let response = try client.exchange(
                    "PUT /up/\(name) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(length)\r\n"
                        + "Expect: 100-continue\r\n\r\n")
                #expect(response.status == status)
            }
            #expect(names(in: folder["root"]) == ["there"])
        }

        @Test(
            "A client that stops in the middle is cut with 408, and nothing is saved",
            arguments: Transport.http1)
        func stall(transport: Transport) throws {
            let server = try start(server: "body_timeout = 1s")
            let client = try RawClient(server, transport)
            try client.send(
                "PUT /up/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
                    + String(repeating: "x", count: 600_000))
            #expect(try client.readResponse().status == 408)
            #expect(names(in: folder["root"]) == [])
        }

        @Test(
            "A stream that stops in the middle is answered with 408, and nothing is saved",
            arguments: ["alone", "beside another"])
        func stalledStream(way: String) throws {
            let server = try PorticoProcess(
                server: "body_timeout = 1s",
                "[handler /probe]\nmodule = probe\n[handler /up]\nmodule = upload\nroot = \(folder["root"])",
                program: PorticoProcess.probe, in: folder)
            let port = "\(server.port(.http2))"
            let result = try run(
                "python3", Scripts.path("http2_stall.py"), port, server.authority.string, "/up/a", way)
            #expect(result.output == "408\n", "\(result)")
            #expect(names(in: folder["root"]) == [])
        }

        @Test("What came of a part that was cut is kept, and the next request is told how much")
        func stalledPart() throws {
            let server = try start(server: "body_timeout = 1s")
            let client = try RawClient(server)
            try client.send(
                "PUT /up/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n"
                    + "Content-Range: bytes 0-9/10\r\n\r\n01234")
            let other = try server.startCurl(
                "/up/a", .tls, ["-X", "PUT", "-H", "Content-Range: bytes 0-0/2", "-d", "x"] + Self.status)
            #expect(try client.readResponse().status == 408)
            // Either it came while the part was written, or it began the part anew.
            #expect(["409", "202"].contains(try other.finish().output))
            #expect(!names(in: folder["root"]).contains("a"))
        }

        /// Starts the daemon with a file system of its own as the root, tmpfs with these options.
        private func mounting(_ options: String) -> [String] {
            let mount = "mount -t tmpfs -o \(options) none '\(folder["root"])' && exec \"$@\""
            return ["unshare", "--mount", "--map-root-user", "sh", "-c", mount, "sh"]
        }

        @Test("A folder that may not be written to is a 403, before the body, and the log says why")
        func readOnly() throws {
            let server = try start(launcher: mounting("ro"))
            let result = try server.startCurl(
                "/up/a", .tls, ["-T", try write("a", bytes: 10)] + Self.status
            ).finish()
            #expect(result.output == "403", "\(result)")
            try server.log.wait(containing: "A file could not be saved.")
        }

        @Test("A full disk is a 507, and nothing is left of the file", arguments: Transport.allCases)
        func fullDisk(transport: Transport) throws {
            let server = try start(launcher: mounting("size=1m"))
            let root = FilePath("/proc/\(server.identifier)/root\(folder["root"])")
            let large = try write("large", bytes: 3_000_000)
            for options in [["-T", large], ["-T", large, "-H", "Content-Range: bytes 0-2999999/3000000"]] {
                let full = try server.startCurl("/up/a", transport, options + Self.status).finish()
                #expect(full.output == "507", "\(full)")
                #expect(names(in: root) == [])
            }
            let form = try server.startCurl(
                "/up/", transport,
                ["-F", "f=@\(try write("small", bytes: 9))", "-F", "g=@\(large)"] + Self.status
            ).finish()
            #expect(form.output == "507", "\(form)")
            #expect(names(in: root) == [])
            let fits = try server.startCurl(
                "/up/a", transport, ["-T", try write("fits", bytes: 900_000)] + Self.status
            ).finish()
            #expect(fits.output == "201", "\(fits)")
        }

        @Test("A process that is killed in the middle of an upload leaves nothing")
        func crash() throws {
            let server = try start()
            let client = try RawClient(server)
            try client.send(
                "PUT /up/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n"
                    + "Expect: 100-continue\r\n\r\n")
            #expect(try client.readResponse().status == 100)
            try client.send(String(repeating: "x", count: 600_000))
            server.signal(SIGKILL)
            _ = try server.waitForExit()
            #expect(names(in: folder["root"]) == [])
        }

        @Test("Uploads of one name at once never mix", arguments: Transport.allCases)
        func together(transport: Transport) throws {
            let server = try start()
            let files = try (0..<6).map { try write("file\($0)", bytes: 2_000_000) }
            let clients = try files.map {
                try server.startCurl("/up/a", transport, ["-T", $0, "--limit-rate", "8M"] + Self.status)
            }
            #expect(
                try clients.map { try $0.finish().output }.sorted() == ["201"]
                    + Array(repeating: "204", count: 5))
            let result = try saved("a")
            #expect(try files.contains { try contents(of: FilePath($0)) == result })
            #expect(names(in: folder["root"]) == ["a"])
        }

        @Test(
            "No target leads out of the root",
            arguments: [
                "/up/../a", "/up/..%2fa", "/up/%2e%2e/a", "/up/%2e%2e%2fa", "/up/%252e%252e%252fa",
                "/up/..%5ca", "/up/..\\a", "/up/%c0%ae%c0%ae%c0%afa", "/up/..%c0%afa", "/up/a%00",
                "/up//../a",
                "/up/sub/../../a", "/up/out/a", "/up/%2fetc%2fa", "/up/....//a", "/up/out",
            ])
        func traversal(_ target: String) throws {
            let server = try start()
            try folder.makeFolder("beside")
            try folder.link("root/out", to: "../beside")
            let before = names(in: folder.path).sorted()
            let response = try RawClient(server).exchange(
                "PUT \(target) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"
            )
            // Two of them name a file of the root after all.
            let isInside = ["/up/%252e%252e%252fa", "/up/out"].contains(target)
            #expect((response.status == 201) == isInside, "\(response.statusLine)")
            #expect(names(in: folder["beside"]) == [])
            #expect(names(in: folder.path).sorted() == before)
            #expect(isInside || names(in: folder["root"]) == ["out"])
        }

        @Test(
            "An upload of any size takes constant memory",
            arguments: Transport.allCases, [[], ["-H", "Transfer-Encoding: chunked"]])
        func constantMemory(transport: Transport, options: [String]) throws {
            let size: Int64 = unsafe getenv("PORTICO_LARGE_GIB") == nil ? 256 << 20 : 10 << 30
            let large = try folder.resize("large", to: size)
            let server = try start()
            #expect(try server.curl("/up/", transport).status == 0)
            let before = try server.status("VmHWM")
            let result = try server.startCurl(
                "/up/large", transport, options + ["-H", "Expect:", "-T", large.string] + Self.status
            ).finish()
            #expect(result.output == "201", "\(result)")
            #expect(try server.growth(of: "VmHWM", since: before) < 16 * 1024)
        }
    }
}
