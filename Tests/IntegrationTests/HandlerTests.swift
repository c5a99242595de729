// The three handlers as clients meet them: curl, and raw bytes where curl would tidy up.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Handlers", .timeLimit(.minutes(1)))
    struct HandlerTests {
        @Test("echo: the form, and what was submitted with it, escaped", arguments: Transport.allCases)
        func echo(transport: Transport) throws {
            let server = try PorticoProcess()
            let form = try server.curl("/echo", transport, "-H", "Accept: text/html").output
            #expect(form.contains("<form method=\"post\""))
            let answer = try server.curl(
                "/echo", transport, "-H", "Accept: text/html", "-d", "text=%3Cb%3E+%26%C3%A9&more=1"
            ).output
            #expect(answer.contains("You submitted"))
            #expect(answer.contains("&lt;b&gt; &amp;é"))
            #expect(!answer.contains("<b>"))
            #expect(answer.contains("more"))
            let json = try server.curl(
                "/echo", transport, "-H", "Accept: application/json", "-d", "text=a+b%0A"
            ).output
            #expect(json.contains("\"value\": \"a b\\n\""))
        }

        @Test("echo: what curl -F uploads", arguments: Transport.allCases)
        func echoOfUpload(transport: Transport) throws {
            let server = try PorticoProcess()
            let file = String(repeating: "--\r\n-\r\n", count: 230) + "\r\n"
            let upload = ["-F", "datafile=@-;filename=a\\b%\"c.txt;type=text/x-odd"]
            let answer = try server.curl("/echo", transport, upload[0], upload[1], input: file).output
            #expect(answer == "Uploaded datafile as 'a\\b%\"c.txt' (1612 bytes)\n")
            let several = try server.curl(
                "/echo", transport, "-F", "text=a=b&c", upload[0], upload[1], "-F", "text=", input: file
            ).output
            let lines = several.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines == ["You submitted 3 fields:", "text = a=b&c", answer.dropLast(), "text = ", ""])
            let page = try server.curl(
                "/echo", transport, "-H", "Accept: text/html", upload[0], upload[1], input: file
            ).output
            #expect(page.contains("a\\b%&quot;c.txt</code> <span class=\"dim\">text/x-odd, 1.5 KiB"))
        }

        @Test("echo: a body that is no form, however long", arguments: Transport.allCases)
        func echoOfBody(transport: Transport) throws {
            let server = try PorticoProcess()
            let answer = try server.curl(
                "/echo", transport, "-H", "Content-Type: application/json", "-d", #"{"b":[1.0],"a":2}"#
            ).output
            #expect(answer.hasSuffix("\n\n{\n  \"b\": [\n    1.0\n  ],\n  \"a\": 2\n}\n"))
            let file = String(repeating: "0123456789abcdef", count: 500_000)
            let put = try server.curl("/echo", transport, "-T", "-", input: file).output
            #expect(put.hasPrefix("You sent 8000000 bytes\nSHA-256: "))
            // What sha256sum says of the file.
            #expect(put.contains("\(try run("sha256sum", input: file).output.prefix(64))\n"))
        }

        @Test("echo's endpoints: encoded, streamed and late answers arrive", arguments: Transport.allCases)
        func endpoints(transport: Transport) throws {
            let server = try PorticoProcess()
            for (name, key) in [("gzip", "gzipped"), ("deflate", "deflated"), ("brotli", "brotli")] {
                let answer = try server.curl("/echo/\(name)", transport, "--compressed").output
                #expect(answer.contains("\"\(key)\": true"), "\(name)")
            }
            #expect(
                try server.curl("/echo/status/418", transport, "-w", "%{http_code}").output.hasSuffix("418"))
            #expect(
                try server.curl("/echo/redirect/3", transport, "-L", "-w", "%{url_effective}").output
                    .hasSuffix(server.url("/echo/get", transport)))
            let began = ContinuousClock.now
            let drip = try server.curl("/echo/drip?numbytes=5&duration=0.25&delay=0.2", transport).output
            #expect(drip == "*****")
            // The client knows the length, and doesn't wait for the pause of 50 ms behind the fifth byte.
            #expect(ContinuousClock.now - began > .milliseconds(390))
            let events = try server.curl("/echo/sse?count=3&duration=0.1", transport).output
            #expect(events.split(separator: "\n\n").count == 3)
            #expect(try server.curl("/echo/stream/100", transport).output.split(separator: "\n").count == 100)
        }

        @Test("echo's endpoints: a client that goes ends its stream", arguments: Transport.allCases)
        func endpointsAbandoned(transport: Transport) throws {
            let server = try PorticoProcess(server: "workers = 1")
            let result = try server.curl(
                "/echo/drip?numbytes=6000&duration=60", transport, "--max-time", "0.5")
            #expect(result.status == 28)
            // The record is written when the response has ended.
            try server.log.wait(containing: "/echo/drip")
        }

        @Test(
            "template and respond: filled from a request, and taken up anew by SIGHUP",
            arguments: Transport.allCases)
        func templates(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.write("<p>{{name}} {{site}}\n", to: "t/index.html.mustache")
            try folder.write("1", to: "stub")
            let sections = """
                [handler /t]
                module = template
                root = \(folder["t"])
                vars = site = A & B
                [handler /stub]
                module = respond
                status = 418
                headers = X-Stub: yes
                body_file = \(folder["stub"])
                """
            let server = try PorticoProcess(sections, in: folder)
            #expect(try server.curl("/t/?name=%3Cb%3E", transport).output == "<p>&lt;b&gt; A &amp; B\n")
            let stub = try server.curl("/stub", transport, "-X", "PATCH", "-i").output.lowercased()
            #expect(stub.contains(" 418") && stub.contains("x-stub: yes\r\n") && stub.hasSuffix("\r\n\r\n1"))
            try folder.write("{{#open}}\n", to: "t/index.html.mustache")
            #expect(try server.hangUp().contains("The reload was refused"))
            try server.log.wait(containing: "index.html.mustache:2:1: error: the template cannot be compiled")
            #expect(try server.curl("/t/", transport).output == "<p> A &amp; B\n")
            try folder.write("new\n", to: "t/index.html.mustache")
            try folder.write("2", to: "stub")
            #expect(try server.hangUp().contains("configuration was reloaded"))
            #expect(try server.curl("/t/", transport).output == "new\n")
            #expect(try server.curl("/stub", transport).output == "2")
        }

        @Test(
            "diagnostics: what the server knows of a TLS connection and of itself",
            arguments: Transport.secure)
        func diagnostics(transport: Transport) throws {
            let server = try PorticoProcess(server: "workers = 1")
            let page = try server.curl(
                "/a%20b?c=d", transport, "-H", "Accept: application/json", "-H",
                "Authorization: Basic c2VjcmV0",
                "-H",
                "Cookie: id=secret", "--tlsv1.3"
            ).output
            let facts = [
                "\"version\" : \"TLSv1.3\"", "\"cipher\" : \"TLS_", "\"group\" : \"x25519\"",
                "\"alpn\" : \"\(transport == .http2 ? "h2" : "http/1.1")\"",
                "\"version\" : \"HTTP/\(transport == .http2 ? "2" : "1.1")\"",
                "\"server_name\" : \"localhost\"", "\"resumed\" : false", "\"worker\" : 0",
                "\"path\" : \"/a b\"", "\"target\" : \"/a%20b?c=d\"", "\"query\" : \"c=d\"",
                "\"pid\" : \(server.identifier)", "\"configuration_generation\" : 1",
                "\"request_number\" : 1",
                "\"client_address\" : \"127.0.0.1\"", "\"local_port\" : \(server.port(.tls))",
                "\"systemd\" : false",
            ]
            // JSON may write a slash as it is or escaped.
            let plain = page.split(separator: "\\/", omittingEmptySubsequences: false).joined(separator: "/")
            for fact in facts { #expect(plain.contains(fact), "\(fact) is not in \(plain)") }
            #expect(!page.contains("c2VjcmV0"))
            #expect(!page.contains("id=secret"))
        }

        @Test("files: conditionals and ranges of RFC 9110", arguments: Transport.allCases)
        func fileFeatures(transport: Transport) throws {
            let server = try filesServer()
            let client = try RawClient(server, transport)
            let whole = try client.exchange(get("/files/digits.txt"))
            #expect(whole.body == "0123456789")
            #expect(whole["Content-Type"]?.hasPrefix("text/plain") == true)
            let tag = try #require(whole["ETag"])
            #expect(try client.exchange(get("/files/digits.txt", "If-None-Match: \(tag)")).status == 304)
            #expect(try client.exchange(get("/files/digits.txt", "If-Match: \"other\"")).status == 412)
            let part = try client.exchange(get("/files/digits.txt", "Range: bytes=-3"))
            #expect(part.status == 206)
            #expect(part.body == "789")
            #expect(part["Content-Range"] == "bytes 7-9/10")
            #expect(try client.exchange(get("/files/digits.txt", "Range: bytes=2-3")).body == "23")
            let beyond = try client.exchange(get("/files/digits.txt", "Range: bytes=10-"))
            #expect(beyond.status == 416)
            #expect(beyond["Content-Range"] == "bytes */10")
            let changed = try client.exchange(
                get("/files/digits.txt", "Range: bytes=0-1\r\nIf-Range: \"other\""))
            #expect(changed.status == 200)
        }

        @Test(
            "files: a folder is listed as HTML, JSON or text; one without a slash is sent there",
            arguments: Transport.allCases)
        func listing(transport: Transport) throws {
            let server = try filesServer()
            #expect(
                try server.curl("/files/", transport, "-H", "Accept: text/html").output.contains(
                    "href=\"./digits.txt\""))
            #expect(
                try server.curl("/files/", transport, "-H", "Accept: application/json").output.contains(
                    "\"name\" : \"digits.txt\""))
            #expect(try server.curl("/files/", transport).output.contains("digits.txt"))
            #expect(try server.curl("/files/", transport).output.contains(".hidden") == false)
            let moved = try server.curl(
                "/files/folder", transport, "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}")
            #expect(moved.output == "301 \(server.url("/files/folder/", transport))")
            #expect(try server.curl("/files/folder", transport, "-L").output == "index")
        }

        static let refusedPaths = [
            "/files/.hidden", "/files/../secret", "/files/%2e%2e/secret", "/files/..%2fsecret",
            "/files/folder/../../secret", "/files//../secret", "/files/outside", "/files/fifo",
            "/files/digits.txt/",
            "/files/%2e%2e%2fsecret", "/files/folder/..\\..\\secret",
        ]

        @Test(
            "files: nothing hidden, outside the root or no regular file is served", arguments: refusedPaths,
            Transport.allCases)
        func containment(path: String, transport: Transport) throws {
            let server = try filesServer()
            let client = try RawClient(server, transport)
            let response = try client.exchange(get(path))
            #expect(!response.body.contains("SECRET"))
            // A path that leads out of /files is another handler's: here that of /, which shows the request.
            #expect(
                [400, 404].contains(response.status) || response.body.hasPrefix("Request\n"), "\(response)")
        }

        @Test(
            "files: a file that becomes shorter while it is sent is an aborted transfer",
            arguments: Transport.allCases)
        func truncation(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.resize("www/large", to: 64 << 20)
            let server = try PorticoProcess(Configuration.files(folder["www"]), in: folder)
            let download = try server.startCurl(
                "/files/large", transport, ["-v", "-o", "/dev/null", "--limit-rate", "4M"])
            try download.waitForError(containing: transport == .http2 ? "< HTTP/2 200" : "< HTTP/1.1 200")
            try folder.resize("www/large", to: 1 << 20)
            let result = try download.finish()
            // 92 is a stream that was reset.
            #expect([18, 56, 92].contains(result.status), "\(result.error)")
            try server.log.wait(containing: "cut short", "shorter")
            #expect(try server.curl("/files/").status == 0)
        }

        private func get(_ path: String, _ fields: String = "X-None: 1") -> String {
            "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n"
        }

        private func filesServer() throws -> PorticoProcess {
            let folder = try TemporaryFolder()
            try folder.write("www/digits.txt", "0123456789")
            try folder.write("www/.hidden", "SECRET")
            try folder.write("www/folder/index.html", "index")
            try folder.write("secret", "SECRET")
            #expect(unsafe symlink("../secret", folder["www/outside"].string) == 0)
            #expect(unsafe mkfifo(folder["www/fifo"].string, 0o600) == 0)
            let server = try PorticoProcess(
                Configuration.handlers + Configuration.files(folder["www"]), in: folder)
            return server
        }
    }
}
