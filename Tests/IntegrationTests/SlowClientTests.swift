// Slow clients in numbers: each is cut at its timeout, and whoever else asks meanwhile is answered as ever.

import HandlerTesting
import Testing

extension Integration {
    @Suite("Slow clients", .timeLimit(.minutes(1)))
    struct SlowClientTests {
        struct Mode: CustomTestStringConvertible {
            let name: String
            /// What the server answers before it ends the connection; nothing but a reset in the middle of a response.
            let answer: String
            let limits: String
            /// When it may end a connection.
            let seconds: ClosedRange<Double>

            var testDescription: String { name }
        }

        static let modes = [
            Mode(name: "header", answer: "HTTP/1.1 408", limits: "header_timeout = 1s", seconds: 1...10),
            Mode(
                name: "body", answer: "HTTP/1.1 408", limits: "body_timeout = 1s\nbody_rate = 500",
                seconds: 1...10),
            Mode(
                name: "read", answer: "HTTP/1.1 200", limits: "write_timeout = 1s\nwrite_rate = 10K",
                seconds: 1...10),
            Mode(name: "range", answer: "HTTP/1.1 200", limits: "idle_timeout = 1s", seconds: 1...10),
            // Twice the patience of the others: on a busy machine it is the client that may have to wait.
            Mode(
                name: "steady", answer: "kept", limits: "write_timeout = 2s\nwrite_rate = 10K",
                seconds: 6...20),
        ]

        @Test("100 of a kind are cut at their timeout, and others are served", arguments: modes)
        func attack(mode: Mode) throws {
            let folder = try TemporaryFolder()
            try folder.write("www/small", "small\n")
            try folder.resize("www/large", to: 64 << 20)
            // All other timeouts are so long that nothing else can be what cuts.
            let timeouts = ["header_timeout", "body_timeout", "write_timeout", "idle_timeout"]
                .filter { !mode.limits.contains($0) }.map { "\($0) = 1h\n" }.joined()
            let server = try PorticoProcess(
                server: timeouts + mode.limits,
                Configuration.handlers + Configuration.files(folder["www"], at: "/www"), in: folder)
            let result = try run(
                "python3", Scripts.path("slow.py"), mode.name, "\(server.port(.plain))", "100")
            var numbers: [Substring: Double] = [:]
            for line in result.output.split(separator: "\n") {
                let parts = line.split(separator: " = ")
                numbers[parts[0]] = Double(parts[1])
            }
            let comment = Comment(rawValue: result.output + result.error)
            #expect(numbers[mode.answer[...]] == 100, comment)
            #expect(mode.seconds.contains(numbers["first"] ?? 0), comment)
            #expect(mode.seconds.contains(numbers["last"] ?? 0), comment)
            #expect(numbers["failed"] == 0 && numbers["answered"] ?? 0 > 20, comment)
            // On a machine that other tests share: alone it is a few milliseconds, and has to be 100 at the most.
            #expect(numbers["p50"] ?? .infinity < 100 && numbers["p99"] ?? .infinity < 1000, comment)
        }
    }
}
