// Large files that the kernel encrypts where it can, and what diagnostics say of that.

import Glibc
import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Kernel TLS", .timeLimit(.minutes(1)))
    struct KernelTLSTests {
        /// This file is there as long as the kernel has TLS, tls(7) of the kernel's documentation.
        private static let isThere = unsafe access("/proc/net/tls_stat", F_OK) == 0
        private static let versions = [["--tlsv1.3"], ["--tls-max", "1.2"]]
        private static let bytes = 3 << 20

        private func server(_ lines: String = "") throws -> PorticoProcess {
            let folder = try TemporaryFolder()
            var number: UInt32 = 1
            let content = (0..<Self.bytes).map { _ -> UInt8 in
                number = number &* 1_664_525 &+ 1_013_904_223
                return 32 + UInt8(number >> 24) % 95
            }
            try folder.write("www/large", String(decoding: content, as: UTF8.self))
            try folder.write("www/small", "small\n")
            return try PorticoProcess(
                "[tls]\n\(lines)\n" + Configuration.handlers + Configuration.files(folder["www"]), in: folder)
        }

        /// What diagnostics say on a connection that had files before.
        private func diagnose(
            _ server: PorticoProcess, _ type: String, after files: [String] = [], _ options: [String] = [],
            over transport: Transport = .tls
        ) throws -> String {
            let before = files.flatMap { [server.url("/files/\($0)", transport), "-o", "/dev/null"] }
            return try server.startCurl("/", transport, ["-H", "Accept: \(type)"] + options + before).finish()
                .output
        }

        @Test(
            "That it is off is said in each form",
            arguments: [
                ("text/plain", "Kernel TLS          off\n"), ("application/json", #""kernel_tls" : "off""#),
                ("text/html", "<th scope=\"row\">Kernel TLS</th><td class=\"mono\">off</td>"),
            ])
        func off(type: String, line: String) throws {
            #expect(try diagnose(server("ktls = off"), type, after: ["large"]).contains(line))
        }

        @Test("Where the kernel has none, diagnostics say so", .enabled(if: !isThere, "the kernel has TLS"))
        func absent() throws {
            let text = try diagnose(server(), "text/plain", after: ["large"])
            #expect(text.contains("Kernel TLS          none: the kernel has no TLS\n"))
        }

        @Test("Files arrive whole, and parts of them, one after the other", arguments: versions)
        func content(version: [String]) throws {
            let server = try server()
            let large = try server.folder.text(of: "www/large")
            for transport in Transport.secure {
                let both = try server.startCurl(
                    "/files/small", transport, version + [server.url("/files/large", transport)]
                ).finish()
                #expect(both.status == 0 && both.output == large + "small\n", "\(both.error)")
                let part = try server.startCurl(
                    "/files/large", transport, version + ["-r", "1234567-2999999"]
                ).finish()
                #expect(part.output == large.dropFirst(1_234_567).prefix(1_765_433), "\(part.error)")
            }
        }

        @Test(
            "RFC 9112 §9.6: who reads slowly gets all of the last response, also with the own side ended",
            arguments: ["1.2", "1.3"], [[], ["half-close"]])
        func lateReader(version: String, ending: [String]) throws {
            let server = try server()
            let sum = try run("sha256sum", server.folder["www/large"].string).output.prefix(64)
            // More than the two seconds for which the server waits for a client's close.
            let result = try run(
                ["python3", Scripts.path("late_reader.py"), "\(server.port(.tls))", server.authority.string]
                    + [version, "/files/large", "3"] + ending)
            #expect(result.output.prefix(64) == sum, "\(result.error)")
        }

        @Test(
            "The kernel encrypts from the first large file on, and diagnostics say so",
            .enabled(if: isThere, "this kernel has no TLS, or not yet: modprobe tls"), arguments: versions)
        func sending(version: [String]) throws {
            let server = try server()
            let ready = "Kernel TLS          from the first large file on\n"
            #expect(try diagnose(server, "text/plain", after: ["small"], version).contains(ready))
            let text = try diagnose(server, "text/plain", after: ["small", "large"], version)
            #expect(text.contains("Kernel TLS          encrypts what is sent\n"))
            let http2 = try diagnose(server, "text/plain", after: ["large"], version, over: .http2)
            #expect(http2.contains("Kernel TLS          none over HTTP/2\n"))
        }
    }
}
