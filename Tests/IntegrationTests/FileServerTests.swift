// The module files with real clients: codings, other origins, listings, archives, live reload, and what changes while
// it is sent.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("File server", .timeLimit(.minutes(2)))
    struct FileServerTests {
        private func server(_ folder: TemporaryFolder, _ section: String = "") throws -> PorticoProcess {
            try folder.makeFolder("www")
            return try PorticoProcess(Configuration.files(folder["www"]) + section, in: folder)
        }

        @Test(
            "A file is compressed, or its neighbour sent, and curl has the same bytes",
            arguments: Transport.allCases)
        func codings(transport: Transport) throws {
            let folder = try TemporaryFolder()
            let text = String(repeating: "All work and no play. ", count: 10_000)
            try folder.write("www/a.txt", text)
            try folder.write("www/b.txt", text)
            #expect(try run("gzip", "-k", folder["www/b.txt"].string).status == 0)
            let server = try server(folder, "compress = yes")
            for (name, coding) in [("a.txt", "br"), ("a.txt", "gzip"), ("b.txt", "gzip")] {
                let result = try server.curl(
                    "/files/\(name)", transport, "--compressed", "-H", "Accept-Encoding: \(coding)", "-D",
                    "\(folder["head"])", "-w", "%{stderr}size=%{size_download};")
                #expect(result.output == text)
                #expect(try folder.text(of: "head").lowercased().contains("content-encoding: \(coding)"))
                #expect(!result.error.contains("size=\(text.utf8.count);"))
            }
            let range = try server.curl("/files/a.txt", transport, "--compressed", "-r", "0-7")
            #expect(range.output == "All work")
            #expect(try server.curl("/files/a.txt?bytes=3", transport, "--compressed").output == "All")
            #expect(
                try server.curl("/files/a.txt?bytes=x", transport, "-w", "%{http_code}").output.hasSuffix(
                    "400"))
        }

        @Test("A preflight and what follows it are allowed, failures too", arguments: Transport.allCases)
        func crossOrigin(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.write("www/a.txt", "x")
            let server = try server(folder, "cors = https://app.example\nheaders = X-Frame-Options: DENY")
            let ask = [
                "-X", "OPTIONS", "-H", "Origin: https://app.example", "-H",
                "Access-Control-Request-Method: GET",
            ]
            let allowed = try server.startCurl("/files/a.txt", transport, ["-i"] + ask).finish().output
                .lowercased()
            #expect(
                allowed.contains(" 204")
                    && allowed.contains("access-control-allow-origin: https://app.example"))
            for path in ["/files/a.txt", "/files/none", "/files/"] {
                let answer = try server.curl(path, transport, "-i", "-H", "Origin: https://app.example")
                    .output.lowercased()
                #expect(answer.contains("access-control-allow-origin: https://app.example"), "\(answer)")
                #expect(answer.contains("x-frame-options: deny"))
            }
        }

        @Test("A listing of 4,200 entries is whole, in any form", arguments: Transport.allCases)
        func largeListing(transport: Transport) throws {
            let folder = try TemporaryFolder()
            let server = try server(folder)
            for number in 0..<4_200 { try folder.write([], to: "www/f\(number)") }
            let text = try server.curl("/files/", transport).output.split(separator: "\n")
            let names = text.map { $0.dropFirst(36) }
            #expect(names.elementsEqual((0..<4_200).map { "f\($0)" }.sorted(), by: ==))
            let check = "import json, sys; print(len(json.load(sys.stdin)))"
            let json = try server.curl("/files/", transport, "-H", "Accept: application/json").output
            #expect(try run("python3", "-c", check, input: json).output == "4200\n")
            let html = try server.curl("/files/?sort=size", transport, "-H", "Accept: text/html").output
            #expect(html.contains("4200 files") && html.hasSuffix("</html>\n"))
            #expect(try server.curl("/files/", transport, "-I").status == 0)
        }

        @Test("An archive of a folder can be taken apart", arguments: Transport.allCases)
        func archives(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.write("www/d/a.txt", "hello")
            try folder.write("www/d/e/b.txt", "deep")
            let server = try server(folder, "archive = yes")
            try folder.makeFolder("out")
            let path = folder["out/d.tar.gz"].string
            #expect(try server.curl("/files/d/?archive=tar.gz", transport, "-o", path).status == 0)
            #expect(try run("tar", "xzf", path, "-C", folder["out"].string).status == 0)
            #expect(try folder.text(of: "out/d/a.txt") == "hello")
            #expect(try folder.text(of: "out/d/e/b.txt") == "deep")
        }

        @Test(
            "livereload: a change is an event, and the stream ends when the server does",
            arguments: Transport.allCases)
        func liveReload(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.write("www/a.html", "<p>x</p>")
            try folder.write("events", "")
            let server = try server(folder, "livereload = yes")
            #expect(
                try server.curl("/files/a.html", transport).output
                    == "<p>x</p><script src=\"/files/.livereload.js\"></script>\n")
            #expect(
                try server.curl("/files/.livereload.js", transport).output.contains("\"/files/.livereload?"))
            let events = try server.startCurl(
                "/files/.livereload", transport, ["-N", "-o", folder["events"].string])
            let log = try GrowingLog(folder["events"])
            try log.wait(containing: "event: hello")
            try folder.write("www/a.css", "x")
            try log.wait(containing: "event: change")
            server.signal(SIGTERM)
            #expect(try server.waitForExit() == 0)
            _ = try events.finish()
            #expect(!server.log.lines.contains { $0.contains("cut at the drain's deadline") })
        }

        @Test("A file that is replaced while it is sent arrives as it was", arguments: Transport.allCases)
        func replaced(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.resize("www/large", to: 16 << 20)
            try folder.write("www/new", String(repeating: "x", count: 1 << 20))
            let server = try server(folder)
            let download = try server.startCurl(
                "/files/large", transport, ["-v", "-o", folder["copy"].string, "--limit-rate", "8M"])
            try download.waitForError(containing: transport == .http2 ? "< HTTP/2 200" : "< HTTP/1.1 200")
            try folder.move("www/new", to: "www/large")
            #expect(try download.finish().status == 0)
            #expect(try run("cmp", "-n", "16777216", folder["copy"].string, "/dev/zero").status == 0)
        }

        @Test(
            "A file that is written anew in place while it is sent is an aborted transfer",
            arguments: Transport.allCases)
        func rewritten(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.resize("www/large", to: 64 << 20)
            let server = try server(folder)
            let download = try server.startCurl(
                "/files/large", transport, ["-v", "-o", folder["copy"].string, "--limit-rate", "4M"])
            try download.waitForError(containing: transport == .http2 ? "< HTTP/2 200" : "< HTTP/1.1 200")
            let path = folder["www/large"].string
            #expect(try run("dd", "if=/etc/passwd", "of=\(path)", "conv=notrunc", "seek=100000").status == 0)
            let result = try download.finish()
            #expect([18, 56, 92].contains(result.status), "\(result.error)")
            // Nothing of the new content was sent.
            #expect(try run("cmp", folder["copy"].string, "/dev/zero").error.contains("EOF"))
            try server.log.wait(containing: "cut short", "written to")
        }

        @Test(
            "A folder that is swapped for a link to the outside, over and over, leaks nothing",
            arguments: Transport.allCases)
        func swapped(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.write("www/d/page", "inside")
            try folder.write("outside/page", "SECRET")
            try folder.link("www/link", to: "../outside")
            let server = try server(folder, "archive = yes")
            let swaps = try Program([
                "python3", "-c",
                """
                import os, sys
                os.chdir(sys.argv[1])
                while not os.path.exists('stop'):
                    os.rename('d', 'e'); os.rename('link', 'd'); os.rename('d', 'link'); os.rename('e', 'd')
                """, folder["www"].string,
            ])
            let paths = [
                "/files/d/page?[1-300]", "/files/d/../d/page?[1-100]", "/files/d/?[1-50]",
                "/files/?archive=zip",
            ]
            for path in paths {
                let result = try server.curl(path, transport)
                #expect(result.status == 0, "\(result.error)")
                #expect(!result.output.contains("SECRET"))
                #expect(!path.contains("page") || result.output.contains("inside"))
            }
            try folder.write("www/stop", "")
            #expect(try swaps.finish().status == 0)
        }
    }
}
