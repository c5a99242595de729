// Handshakes that break, stop or never were any: the connection ends, neighbours are served, memory comes back.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Handshakes that fail", .timeLimit(.minutes(2)))
    struct HandshakeFaultTests {
        @Test(
            "Every truncation, noise, oversized records and a thousand that stop cost nobody anything",
            arguments: ["truncations", "random", "oversized", "half-open"])
        func faults(kind: String) throws {
            let server = try PorticoProcess(server: "workers = 1")
            let result = try run(
                "python3", Scripts.path("handshake_faults.py"), kind, "\(server.port(.tls))",
                server.authority.string, "\(server.identifier)")
            #expect(result.status == 0, "\(result.output)\(result.error)")
            #expect(try server.curl("/echo?text=still").output.contains("still"))
            try server.log.readLines()
            #expect(!server.log.lines.contains { $0.contains(" warning: ") || $0.contains(" error: ") })
        }

        @Test("Those that stop are ended at handshake_timeout, all of them")
        func timeout() throws {
            let server = try PorticoProcess(server: "handshake_timeout = 500ms")
            let before = server.socketCount
            let clients = try (0..<100).map { _ in try RawClient(port: server.port(.tls)) }
            for client in clients { try client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]) }
            for client in clients { #expect(try client.isClosedByServer()) }
            #expect(server.socketCount == before)
        }
    }
}
