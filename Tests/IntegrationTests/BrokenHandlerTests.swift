// Handlers that do wrong: the client can tell, and the log says why.

import HandlerTesting
import SystemPackage
import Testing

extension Integration {
    @Suite("Broken handlers", .timeLimit(.minutes(1)))
    struct BrokenHandlerTests {
        static let bodies = [
            "few": "wrote 3 bytes of 10", "many": "more than it had declared", "hushed": "wrote 3 bytes of 6",
            "throw": "ProbeFailure", "throw-at-once": "ProbeFailure",
        ].sorted { $0.key < $1.key }

        @Test(
            "A body that breaks off, or is not as long as declared, never looks whole", arguments: bodies,
            Transport.allCases)
        func cut(body: (key: String, value: String), transport: Transport) throws {
            let server = try probeServer()
            let result = try server.curl("/probe/\(body.key)", transport)
            // 18 partial file, 52 nothing, 56 receive error, 92 HTTP/2 stream error.
            #expect([18, 52, 56, 92].contains(result.status), "\(result)")
            if transport == .http2 { #expect(result.error.contains("INTERNAL_ERROR"), "\(result.error)") }
            try server.log.wait(containing: "A response was cut short.", body.value)
            #expect(try server.curl("/echo", transport).status == 0)
        }

        @Test(
            "The head of a response leaves with an empty piece of its body",
            arguments: [Transport.tls, .plain], ["/probe", "/slow"])
        func head(transport: Transport, path: String) throws {
            let server = try probeServer("[handler /slow]\nmodule = probe\nfault.rate = 1M\n")
            let heads = try ["throw-behind-head", "throw-at-once"].map {
                try server.curl("\(path)/\($0)", transport, "-i").output
            }
            #expect(heads[0].hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(heads[1].isEmpty)
        }

        @Test(
            "RFC 9110 §5.5, §15.6.1: what a handler throws before its response, or puts into a field, is a 500",
            arguments: ["fail", "inject"], Transport.allCases)
        func failure(path: String, transport: Transport) throws {
            let server = try probeServer()
            let result = try server.curl("/probe/\(path)", transport, "-i")
            #expect(result.output.contains(transport == .http2 ? "HTTP/2 500" : "HTTP/1.1 500"), "\(result)")
            #expect(!result.output.lowercased().contains("x-injected"))
            try server.log.wait(containing: " error: ", "/probe/\(path)")
        }
    }
}
