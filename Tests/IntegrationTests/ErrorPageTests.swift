// What the server says of itself and of failures, by the keys for it.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Error pages and the Server field", .timeLimit(.minutes(1)))
    struct ErrorPageTests {
        @Test("error_page.format is the HTML of every error, the parser's too", arguments: Transport.allCases)
        func format(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.write("error.html", "<h1>{{code}} {{message}}</h1><p>{{explanation}}</p>")
            let server = try PorticoProcess(
                server: "error_page.format = error.html\nheader_fields = 20",
                "[handler /a]\nmodule = echo", in: folder)
            let page = try server.curl("/b", transport, "-H", "Accept: text/html").output
            #expect(page == "<h1>404 Not Found</h1><p>There is nothing at this address.</p>")
            #expect(try server.curl("/b", transport).output.hasPrefix("404 Not Found: There is nothing"))
            try folder.write("error.html", "<h1>{{code}}</h1>\n{{/code}}")
            #expect(try server.hangUp().contains("refused"))
            try server.log.wait(containing: "error.html:2:", "the template cannot be compiled")
            #expect(try server.curl("/b", transport, "-H", "Accept: text/html").output == page)
        }

        static let names = [
            ("", "Portico/"), ("server_field = name", "Portico"), ("server_field = none", ""),
            ("server_name = Stub\nserver_version = 1.0", "Stub/1.0"),
            ("server_name = Stub\nserver_field = name", "Stub"),
        ]

        @Test(
            "RFC 9110 §10.2.4: the Server field is the name and the version that the keys say",
            arguments: names)
        func server(keys: String, value: String) throws {
            let server = try PorticoProcess(server: keys)
            for transport in Transport.allCases {
                let answer = try server.curl("/", transport, "-o", "/dev/null", "-w", "%header{server}")
                #expect(value.hasSuffix("/") ? answer.output.hasPrefix(value) : answer.output == value)
            }
        }
    }
}
