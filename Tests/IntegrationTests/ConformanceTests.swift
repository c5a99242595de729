// The cases of Cases/, each on a connection of its own, over plain HTTP and TLS.

import HandlerTesting
import Testing

extension Integration {
    @Suite("Conformance", .timeLimit(.minutes(2)))
    struct ConformanceTests {
        /// A request that must not be answered: it stands where a refused one's rest does.
        private static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        private static let probe = "GET /hello.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

        @Test(
            "Each request has the outcome that the RFCs ask for", arguments: ConformanceFamily.all,
            Transport.http1)
        func outcomes(family: ConformanceFamily, transport: Transport) throws {
            let folder = try TemporaryFolder()
            let files = [
                "index.html": "index\n", "hello.txt": "hello\n", "a b.txt": "space\n", "a+b.c": "plus\n",
                "100%.txt": "percent\n", "sub/x.txt": "x\n",
            ]
            for (name, text) in files { try folder.write("www/\(name)", text) }
            let server = try PorticoProcess(
                "[handler /echo]\nmodule = echo" + Configuration.files(folder["www"], at: "/"), in: folder)
            for row in family.cases {
                do {
                    try check(row, on: try RawClient(server, transport))
                } catch {
                    Issue.record(error, "\(row.rule): \(row.request.debugDescription.prefix(300))")
                }
            }
        }

        private func check(_ row: ConformanceCase, on client: RawClient) throws {
            let text = row.request + (row.ending == .closed ? Self.smuggled : "")
            try client.send(text.unicodeScalars.map { UInt8($0.value) })
            let responses = try row.statuses.map { _ in try client.readResponse(toHEAD: row.isHEAD) }
            let comment = Comment(rawValue: "\(row.rule): \(row.request.debugDescription.prefix(300))")
            #expect(responses.map(\.status) == row.statuses, comment)
            #expect(responses.allSatisfy { $0["Date"] != nil }, comment)
            if let body = row.body { #expect(responses[0].body.contains(body), comment) }
            if let field = row.field { #expect(responses[0][field.name] == field.value, comment) }
            if row.ending == .closed {
                #expect(responses.last?["Connection"] == "close", comment)
            } else {
                let next = try client.exchange(Self.probe)
                #expect(next.status == 200 && next.body == "hello\n", comment)
            }
            #expect(try client.isClosedByServer(), comment)
        }
    }
}
