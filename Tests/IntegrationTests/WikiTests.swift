// The wiki as its users meet it: curl over each version, a browser's fields, SIGHUP.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("The wiki", .timeLimit(.minutes(1)))
    struct WikiTests {
        private func server(_ section: String = "") throws -> PorticoProcess {
            let folder = try TemporaryFolder()
            try folder.makeFolder("pages")
            try folder.makeFolder("templates")
            return try PorticoProcess(configuration(folder, section), in: folder)
        }

        private func configuration(_ folder: TemporaryFolder, _ section: String) -> String {
            "[handler /wiki]\nmodule = wiki\nroot = \(folder["pages"])\n\(section)\n"
        }

        @Test("A page is made, read in its three forms, and changed", arguments: Transport.allCases)
        func pages(transport: Transport) throws {
            let server = try server()
            let goTo = try server.curl(
                "/wiki/goto", transport, "-d", "page=Home", "-w", "%{stdout}%{http_code} %{redirect_url}")
            #expect(goTo.output == "303 \(server.url("/wiki/edit/Home", transport))")
            let body = "body=# Hello\n\n- [x] [[Home]]"
            let saved = try server.curl(
                "/wiki/save/Home", transport, "--data-urlencode", "base=", "--data-urlencode", body, "-L",
                "-w",
                "%{stdout}%{http_code}")
            #expect(saved.output == "# Hello\n\n- [x] [[Home]]\n200")
            #expect(try contents(of: server.folder["pages/Home.md"]) == "# Hello\n\n- [x] [[Home]]\n")
            let html = try server.curl("/wiki/view/Home", transport, "-H", "Accept: text/html").output
            #expect(html.contains("<h1>Hello</h1>"))
            #expect(html.contains("<a href=\"/wiki/view/Home\">Home</a>"))
            let json = try server.curl("/wiki/view/Home", transport, "-H", "Accept: application/json").output
            #expect(json.contains("\"revision\"") == false)
            #expect(json.contains("\"base\" : \""))
            #expect(try server.curl("/wiki/", transport).output == "Home\n")
            #expect(try server.curl("/wiki/file/style.css", transport).output.contains(":root"))
        }

        @Test(
            "Two who edit one page: the second is shown both texts, and nothing is lost",
            arguments: Transport.allCases)
        func conflict(transport: Transport) throws {
            let server = try server()
            #expect(try save(server, transport, "base=", "body=one") == "303")
            let form = try server.curl("/wiki/edit/A", transport, "-H", "Accept: text/html").output
            let tail = try #require(form.firstRange(of: "name=\"base\" value=\""))
            let base = form[tail.upperBound...].prefix { $0 != "\"" }
            #expect(try save(server, transport, "base=\(base)", "body=theirs") == "303")
            let conflict = try server.curl(
                "/wiki/save/A", transport, "-H", "Accept: text/html", "-d", "base=\(base)", "-d", "body=mine",
                "-w",
                "%{stdout}%{http_code}"
            ).output
            #expect(conflict.hasSuffix("409"))
            #expect(conflict.contains("<pre>theirs</pre>"))
            #expect(conflict.contains("mine\n</textarea>"))
            #expect(try server.curl("/wiki/view/A", transport).output == "theirs\n")
            #expect(try server.curl("/wiki/view/A?revision=1", transport).output == "one\n")
        }

        @Test("A page of another site may not save", arguments: Transport.allCases)
        func crossSite(transport: Transport) throws {
            let server = try server()
            for field in ["Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"] {
                #expect(try save(server, transport, "-H", field, "-d", "body=x") == "403")
            }
            let own = "Origin: \(server.url("", transport))"
            #expect(
                try save(server, transport, "-H", own, "-H", "Sec-Fetch-Site: same-origin", "-d", "body=x")
                    == "303")
        }

        @Test("SIGHUP takes up changed templates, and refuses broken ones with their file and line")
        func templates() throws {
            let server = try server()
            let section = "templates = \(server.folder["templates"])"
            try server.folder.write("templates/list.mustache", "first {{mount}}")
            try server.reload(configuration(server.folder, section))
            #expect(try page(server) == "first /wiki")
            try server.folder.write("templates/list.mustache", "second\n{{#pages}}\n")
            try server.hangUp()
            #expect(try page(server) == "first /wiki")
            let check = try run(
                PorticoProcess.binary, "check", "-c", server.folder["portico.conf"].string)
            #expect(check.status == 78)
            #expect((check.output + check.error).contains("templates/list.mustache:3:1: error: "), "\(check)")
            try server.folder.write("templates/list.mustache", "third")
            try server.hangUp()
            #expect(try page(server) == "third")
        }

        private func page(_ server: PorticoProcess) throws -> String {
            try server.curl("/wiki/", .tls, "-H", "Accept: text/html").output
        }

        /// The status of a save of the page `A`.
        private func save(_ server: PorticoProcess, _ transport: Transport, _ options: String...) throws
            -> String
        {
            let data = options.contains("-d") ? options : options.flatMap { ["-d", $0] }
            return try server.startCurl(
                "/wiki/save/A", transport, data + ["-o", "/dev/null", "-w", "%{stdout}%{http_code}"]
            ).finish().output
        }
    }
}
