// The table of [server]: defaults as the documentation promises them, and what is out of bounds.

import Configuration
import HTTPWire
import Testing

@testable import Server

@Suite("Keys of [server]")
struct ServerKeysTests {
    private func decode(_ values: KeyValuePairs<String, String>, _ diagnostics: inout [Diagnostic]) throws
        -> Section
    {
        let document = Document([DocumentSection("server", values: values)])
        return try #require(document.decode(ServerKeys.schema, into: &diagnostics).first)
    }

    @Test("The limits have their defaults")
    func defaults() throws {
        var diagnostics: [Diagnostic] = []
        let limits = ServerLimits(try decode([:], &diagnostics))
        #expect(diagnostics.isEmpty)
        #expect(limits.head.headerBytes == 64 << 10)
        #expect(limits.head.fieldCount == 100)
        #expect(limits.head.requestLineBytes == 8 << 10)
        #expect(limits.bodyBytes == 16 << 20)
        #expect(limits.requestsPerConnection == .max)
        #expect(limits.connections == 10_000)
        #expect(limits.connectionsPerAddress == .max)
        let second: UInt64 = 1_000_000_000
        #expect(limits.handshakeTimeout == 10 * second)
        #expect(limits.headerTimeout == 10 * second)
        #expect(limits.body == TransferLimit(patience: 10 * second, rate: 500))
        #expect(limits.response == TransferLimit(patience: 30 * second, rate: 1 << 10))
        #expect(limits.idleTimeout == 60 * second)
    }

    @Test(
        "infinity is no limit",
        arguments: ["body_bytes", "connections", "connections_per_address", "requests_per_connection"])
    func infinity(key: String) throws {
        var diagnostics: [Diagnostic] = []
        let limits = ServerLimits(try decode([key: "infinity"], &diagnostics))
        #expect(diagnostics.isEmpty)
        let value: UInt64 =
            switch key {
            case "body_bytes": limits.bodyBytes
            case "connections": UInt64(limits.connections)
            case "connections_per_address": UInt64(limits.connectionsPerAddress)
            default: UInt64(limits.requestsPerConnection)
            }
        #expect(value >= UInt64(Int.max))
    }

    @Test(
        "What is out of bounds is an error",
        arguments: [
            ("header_bytes", "1023"), ("header_fields", "0"), ("request_line_bytes", "63"),
            ("body_rate", "0"), ("write_rate", "0"), ("write_rate", "2G"),
            ("workers", "0"), ("connections", "0"), ("idle_timeout", "0s"), ("idle_timeout", "9ms"),
            ("blocking_threads", "257"), ("log_level", "loud"), ("server_field", "yes"),
            ("access_log", "maybe"),
        ])
    func bounds(key: String, value: String) throws {
        var diagnostics: [Diagnostic] = []
        _ = Document([DocumentSection("server", values: [key: value])]).decode(
            ServerKeys.schema, into: &diagnostics)
        #expect(diagnostics.count == 1)
        #expect(diagnostics.first?.severity == .error)
    }

    @Test(
        "listen takes addresses and names of sockets",
        arguments: [
            ("127.0.0.1:8443", ListenAddress.address("127.0.0.1:8443")), ("[::1]:0", .address("[::1]:0")),
            ("*:443", .address("*:443")), ("unix:/run/a.sock", .address("unix:/run/a.sock")),
            ("unix:@name", .address("unix:@name")), ("systemd:https", .activated(name: "https")),
            ("localhost:8443", .address("localhost:8443")),
        ])
    func listenAddress(text: String, expected: ListenAddress) throws {
        var diagnostics: [Diagnostic] = []
        let section = try decode(["listen": text], &diagnostics)
        #expect(diagnostics.isEmpty)
        #expect(section[ServerKeys.listen] == [expected])
        #expect(expected.description == text)
    }

    @Test(
        "listen refuses what is no address",
        arguments: [
            "8443", "127.0.0.1", "localhost:", "::1:8443", "127.0.0.1:65536", "systemd:", "unix:", "[::1:1",
        ])
    func noAddress(text: String) throws {
        var diagnostics: [Diagnostic] = []
        _ = Document([DocumentSection("server", values: ["listen": text])]).decode(
            ServerKeys.schema, into: &diagnostics)
        #expect(diagnostics.contains { $0.severity == .error })
    }
}
