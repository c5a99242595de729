// Requests that are refused, and how: the status, a closed connection, neighbours that notice nothing.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Refused requests", .timeLimit(.minutes(1)))
    struct RefusalTests {
        @Test(
            "RFC 9110 §15.5.5, §15.5.6, §15.6.2: what is missing, not allowed, or unknown",
            arguments: Transport.allCases)
        func routing(transport: Transport) throws {
            let server = try PorticoProcess("[handler /time]\nmodule = time")
            let client = try RawClient(server, transport)
            #expect(try client.exchange("GET /other HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
            #expect(try client.exchange("GET /timetable HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
            let refused = try client.exchange("DELETE /time HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(refused.status == 405)
            let allowed = Set(
                try #require(refused["Allow"]).split(separator: ",").map { $0.filter { $0 != " " } })
            #expect(allowed == ["GET", "HEAD", "OPTIONS"])
            #expect(try client.exchange("BREW /time HTTP/1.1\r\nHost: a\r\n\r\n").status == 501)
            let options = try client.exchange("OPTIONS /time HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(options.status == 200)
            #expect(options["Allow"] == refused["Allow"])
        }

        @Test(
            "An error page has the request id that the log has, and nothing of the server's inside",
            arguments: Transport.allCases)
        func errorPage(transport: Transport) throws {
            let folder = try TemporaryFolder()
            try folder.write("www/a.txt", "a")
            let server = try PorticoProcess(Configuration.files(folder["www"]), in: folder)
            let page = try server.curl("/files/none", transport, "-H", "Accept: application/json").output
            let marker = try #require(page.firstRange(of: "\"request_id\" : \""))
            let id = String(page[marker.upperBound...].prefix { $0 != "\"" })
            try server.log.wait(containing: "id=\(id)", " 404 ")
            #expect(!page.contains(folder.path.string))
        }
    }
}
