// Faults on purpose, as clients meet them.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Faults on purpose", .timeLimit(.minutes(1)))
    struct FaultTests {
        private func server(_ keys: String) throws -> PorticoProcess {
            try PorticoProcess(
                "[handler /]\nmodule = respond\nbody = \(String(repeating: "x", count: 500))\n\(keys)")
        }

        @Test(
            "fault.status: an error page, no error in the log, and the fault in its records",
            arguments: Transport.allCases)
        func status(transport: Transport) throws {
            let server = try server("fault.status = 503\nfault.seed = 5")
            let answer = try server.curl("/", transport, "-w", " %{http_code}")
            #expect(
                answer.output.contains("503 Service Unavailable: The server's configuration asks for this"))
            try server.log.wait(containing: "A fault was injected.", "fault_seed=5", "fault_number=0")
            try server.log.wait(containing: "GET / ", " 503 ", "fault=\"status 503\"")
            #expect(!server.log.lines.contains { $0.contains("error: ") })
        }

        @Test("fault.truncate: the transfer is aborted after so many bytes", arguments: Transport.allCases)
        func truncate(transport: Transport) throws {
            let server = try server("fault.truncate = 100")
            let answer = try server.curl("/", transport)
            // 92 is a stream that was reset.
            #expect([18, 56, 92].contains(answer.status), "\(answer.error)")
            #expect(answer.output == String(repeating: "x", count: 100))
            try server.log.wait(containing: "GET / ", "fault=\"truncate 100\"")
            #expect(!server.log.lines.contains { $0.contains("error: ") })
        }

        @Test(
            "fault.reset: no answer but a reset, of the connection or the stream",
            arguments: Transport.allCases)
        func reset(transport: Transport) throws {
            let server = try server("fault.reset = 100%")
            let answer = try server.curl("/", transport)
            #expect(
                transport == .http2 ? answer.status == 92 : [52, 56].contains(answer.status),
                "\(answer.error)")
            #expect(answer.output.isEmpty)
            try server.log.wait(containing: "GET / ", "fault=reset")
        }

        @Test(
            "fault.delay and fault.rate take their time, and nothing of the answer",
            arguments: Transport.allCases)
        func slow(transport: Transport) throws {
            let server = try server("fault.delay = 300ms\nfault.rate = 1000")
            let answer = try server.curl(
                "/", transport, "-o", "/dev/null", "-w",
                "%{size_download} %{time_starttransfer} %{time_total}")
            let numbers = answer.output.split(separator: " ").compactMap { Double($0) }
            try #require(numbers.count == 3, "\(answer.output)")
            #expect(numbers[0] == 500)
            #expect(numbers[1] >= 0.3)
            #expect(numbers[2] >= 0.75)
        }
    }
}
