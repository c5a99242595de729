// SIGTERM and SIGINT: what runs is finished, nothing new begins, and there is an end to the patience.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Stopping", .timeLimit(.minutes(1)))
    struct StopTests {
        @Test(
            "SIGTERM lets a download finish, refuses new connections, and ends with 0",
            arguments: Transport.allCases)
        func drain(transport: Transport) throws {
            let server = try slowServer()
            let idle = try RawClient(server, transport)
            #expect(try idle.exchange("GET /files/small HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            let client = try RawClient(server, transport, receiveBuffer: 65_536)
            try client.send("GET /files/large HTTP/1.1\r\nHost: a\r\n\r\n")
            try client.waitForBytes()
            let port = server.port(transport)
            server.signal(SIGTERM)
            #expect(try idle.isClosedByServer())
            #expect(throws: Errno.connectionRefused) { try RawClient(port: port) }
            let response = try client.readResponse()
            #expect(response.body.utf8.count == Self.size)
            #expect(try client.isClosedByServer())
            #expect(try server.waitForExit() == 0)
        }

        @Test("SIGINT stops in order too, at once when nothing runs")
        func interrupt() throws {
            let server = try PorticoProcess()
            let idle = try RawClient(server, .tls)
            #expect(try idle.exchange("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            let clock = ContinuousClock()
            let start = clock.now
            server.signal(SIGINT)
            #expect(try server.waitForExit() == 0)
            #expect(clock.now - start < .seconds(5))
        }

        @Test("A second SIGTERM ends at once")
        func second() throws {
            let server = try slowServer()
            let client = try RawClient(server, receiveBuffer: 4096)
            try client.send("GET /files/large HTTP/1.1\r\nHost: a\r\n\r\n")
            try client.waitForBytes()
            server.signal(SIGTERM)
            try server.log.wait(containing: "Stopping.")
            server.signal(SIGTERM)
            #expect(try server.waitForExit(seconds: 5) == 1)
            #expect(try client.readToEnd().utf8.count < Self.size)
        }

        @Test("drain_timeout cuts what still runs; the stop is an ordered one")
        func drainTimeout() throws {
            let server = try slowServer("drain_timeout = 300ms")
            let client = try RawClient(server, receiveBuffer: 4096)
            try client.send("GET /files/large HTTP/1.1\r\nHost: a\r\n\r\n")
            try client.waitForBytes()
            server.signal(SIGTERM)
            #expect(try server.waitForExit(seconds: 10) == 0)
            #expect(server.log.lines.isEmpty == false)
            try server.log.wait(containing: "Requests were cut at the drain's deadline.")
            #expect(try client.readToEnd().utf8.count < Self.size)
        }

        @Test(
            "A request that arrives on an open connection while it stops is answered with Connection: close")
        func lastRequest() throws {
            let server = try slowServer("workers = 1")
            let late = try RawClient(server)
            // A head that has begun keeps the connection from being idle.
            try late.send("GET /files/small HTTP/1.1\r\nHost")
            #expect(try server.curl("/files/small", .plain).status == 0)
            server.signal(SIGTERM)
            try server.log.wait(containing: "Stopping.")
            let response = try late.exchange(": a\r\n\r\n")
            #expect(response.status == 200)
            #expect(response["Connection"] == "close")
            #expect(try server.waitForExit() == 0)
        }

        private static let size = 32 << 20

        private func slowServer(_ options: String = "") throws -> PorticoProcess {
            let folder = try TemporaryFolder()
            try folder.resize("www/large", to: Int64(Self.size))
            try folder.write("www/small", "")
            return try PorticoProcess(server: options, Configuration.files(folder["www"]), in: folder)
        }
    }
}
