// Requests that are refused, and how: the status, a closed connection, neighbours that notice nothing.

import SystemPackage
import Testing

extension Integration {
    @Suite("Refused requests", .timeLimit(.minutes(1)))
    struct RefusalTests {
        struct Case: CustomTestStringConvertible {
            let rule: String
            let request: String
            let status: Int

            init(_ rule: String, _ request: String, _ status: Int = 400) {
                self.rule = rule
                self.request = request
                self.status = status
            }

            var testDescription: String { rule }
        }

        static let smuggling = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

        static let ambiguous = [
            Case(
                "both lengths (RFC 9112 §6.1)",
                post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
            Case("two different lengths (§6.3)", post("Content-Length: 4\r\nContent-Length: 5\r\n", "text=")),
            Case("a list of lengths", post("Content-Length: 4, 4\r\n", "text")),
            Case("a length with a sign", post("Content-Length: +4\r\n", "text")),
            Case("a length that overflows", post("Content-Length: 18446744073709551617\r\n", "t")),
            Case(
                "a chunk size that is no number (§7.1)",
                post("Transfer-Encoding: chunked\r\n", "x\r\ntext\r\n0\r\n\r\n")),
            Case(
                "a chunk size that overflows",
                post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nt")),
            Case(
                "a chunk longer than its size",
                post("Transfer-Encoding: chunked\r\n", "3\r\ntext\r\n0\r\n\r\n")),
            Case("chunked twice (§6.1)", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")),
            Case(
                "chunked with HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            Case("an unknown coding (§6.1)", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501),
        ]

        static let malformed = [
            Case("obs-fold (RFC 9112 §5.2)", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n"),
            Case("a bare LF (§2.2)", "GET / HTTP/1.1\nHost: a\n\n"),
            Case("a bare CR in a value (§2.2)", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n"),
            Case("a space before the colon (§5.1)", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
            Case("a field without a name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"),
            Case("a NUL in a value (RFC 9110 §5.5)", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n"),
            Case("a line without a colon", "GET / HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n"),
            Case("no Host (§3.2)", "GET / HTTP/1.1\r\n\r\n"),
            Case("two Hosts (§3.2)", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
            Case("a Host that is none", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
            Case("two spaces in the request line (§3)", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case("no version (§3)", "GET /\r\n\r\n"),
            Case("a target that is no path (§3.2)", "GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case("a NUL in the path", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case("HTTP/2.0 in a request line", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
            Case(
                "an unknown expectation (RFC 9110 §10.1.1)", "GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n",
                417),
        ]

        @Test(
            "Ambiguous framing is refused and nothing after it is a request", arguments: ambiguous,
            Transport.allCases)
        func framing(row: Case, transport: Transport) throws {
            try expectRefusal(of: row, over: transport)
        }

        @Test("Malformed heads are refused", arguments: malformed, Transport.allCases)
        func heads(row: Case, transport: Transport) throws {
            try expectRefusal(of: row, over: transport)
        }

        private func expectRefusal(of row: Case, over transport: Transport) throws {
            let server = try PorticoProcess()
            let client = try RawClient(server, transport)
            try client.send(row.request + Self.smuggling)
            let answer = try client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 \(row.status) "), "\(answer)")
            #expect(answer.lowercased().contains("\r\nconnection: close\r\n"))
            #expect(answer.count(of: "\r\nServer: ") == 1, "one response and no more: \(answer)")
        }

        @Test(
            "RFC 9110 §15.5.5, §15.5.6, §15.6.2: what is missing, not allowed, or unknown",
            arguments: Transport.allCases)
        func routing(transport: Transport) throws {
            let server = try PorticoProcess("[handler /echo]\nmodule = echo")
            let client = try RawClient(server, transport)
            #expect(try client.exchange("GET /other HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
            #expect(try client.exchange("GET /echoes HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
            let refused = try client.exchange("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(refused.status == 405)
            let allowed = Set(
                try #require(refused["Allow"]).split(separator: ",").map { $0.filter { $0 != " " } })
            #expect(allowed == ["GET", "HEAD", "POST", "OPTIONS"])
            #expect(try client.exchange("BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 501)
            let options = try client.exchange("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(options.status == 200)
            #expect(options["Allow"] == refused["Allow"])
        }

        @Test("An error page has the request id that the log has, and nothing of the server's inside")
        func errorPage() throws {
            let folder = try TemporaryFolder()
            try folder.write("www/a.txt", "a")
            let server = try PorticoProcess(Configuration.files(folder["www"]), in: folder)
            let page = try server.curl("/files/none", .tls, "-H", "Accept: application/json").output
            let marker = try #require(page.firstRange(of: "\"request_id\" : \""))
            let id = String(page[marker.upperBound...].prefix { $0 != "\"" })
            try server.log.wait(containing: "id=\(id)", " 404 ")
            #expect(!page.contains(folder.path.string))
        }

        private static func post(_ fields: String, _ body: String) -> String {
            Integration.HTTP1Tests.post(fields) + body
        }
    }
}

extension String {
    /// How often a text stands in this one.
    func count(of text: String) -> Int { ranges(of: text).count }
}
