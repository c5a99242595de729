// The text forms of addresses, both ways.

import Testing

@testable import Sockets

@Suite("Socket addresses")
struct SocketAddressTests {
    @Test(
        "An address is read and written in one form",
        arguments: [
            ("127.0.0.1:8443", SocketAddress.ipv4(0x7F00_0001, port: 8443), "127.0.0.1:8443"),
            ("0.0.0.0:0", .ipv4(0, port: 0), "0.0.0.0:0"),
            ("255.10.100.99:65535", .ipv4(0xFF0A_6463, port: 65535), "255.10.100.99:65535"),
            ("[::1]:8443", .ipv6(0, 1, port: 8443), "[::1]:8443"),
            ("[::]:443", .ipv6(0, 0, port: 443), "[::]:443"),
            (
                "[2001:DB8::8:800:200C:417A]:1", .ipv6(0x2001_0DB8_0000_0000, 0x0008_0800_200C_417A, port: 1),
                "[2001:db8::8:800:200c:417a]:1"
            ),
            ("[fe80::1%7]:443", .ipv6(0xFE80_0000_0000_0000, 1, port: 443, scope: 7), "[fe80::1%7]:443"),
            ("*:8443", .any(port: 8443), "*:8443"),
            (":8443", .any(port: 8443), "*:8443"),
            (
                "unix:/run/portico/https.sock", .unix(path: "/run/portico/https.sock"),
                "unix:/run/portico/https.sock"
            ),
            ("unix:@portico", .abstract(name: "portico"), "unix:@portico"),
        ])
    func readsAndWrites(text: String, address: SocketAddress, written: String) throws {
        #expect(try SocketAddress(parsing: text) == address)
        #expect(address.description == written)
        #expect(try SocketAddress(parsing: written) == address)
    }

    @Test(
        "A malformed address is refused with its text",
        arguments: [
            "", "8443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
            "1.2.3:1",
            "256.0.0.1:1", "::1:8443", "[::1]", "[::1:8443", "::1]:8443", "[127.0.0.1]:1", "[::zz]:1", "[]:1",
            "[::1%nosuchinterface]:1", "localhost:8443", "unix:", "unix:relative", "unix:@", "unix:/",
            "unix:/" + String(repeating: "x", count: 107),
        ])
    func refuses(text: String) {
        let failure = #expect(throws: SocketFailure.self) { try SocketAddress(parsing: text) }
        #expect(failure?.code == .address)
        #expect(failure?.description.contains(text) == true)
    }

    @Test("A path of 107 bytes is the longest")
    func longestPath() throws {
        let path = "/" + String(repeating: "x", count: 106)
        #expect(try SocketAddress(parsing: "unix:" + path) == .unix(path: path))
    }

    @Test("RFC 4291 §2.5.5.2: an IPv4 address mapped into IPv6 is the IPv4 address")
    func mapped() {
        let mapped = SocketAddress.ipv6(0, 0xFFFF_7F00_0001, port: 80)
        #expect(mapped.roundTripped == .ipv4(0x7F00_0001, port: 80))
    }

    @Test(
        "The kernel's form is the same address",
        arguments: [
            SocketAddress.ipv4(0x0A01_0203, port: 65535), .ipv6(0x2001_0DB8_0000_0001, 42, port: 1, scope: 3),
            .unix(path: "/a b"), .abstract(name: "n"), .unnamed,
        ])
    func kernelForm(address: SocketAddress) {
        #expect(address.roundTripped == address)
    }

    @Test("localhost has a loopback address; a literal resolves to itself")
    func resolves() throws {
        let addresses = try SocketAddress.resolve("localhost:8443")
        #expect(addresses.contains { $0.isLoopback && $0.port == 8443 })
        #expect(Set(addresses).count == addresses.count)
        #expect(try SocketAddress.resolve("[::1]:1") == [.ipv6(0, 1, port: 1)])
    }

    @Test("A name without an address is a failure to resolve, a malformed one a failure to read")
    func resolveFailures() {
        #expect(throws: SocketFailure.self) { try SocketAddress.resolve("no-such-host.invalid:1") }
        let failure = #expect(throws: SocketFailure.self) { try SocketAddress.resolve("a b:1") }
        #expect(failure?.code == .address)
    }

    @Test(
        "Loopback is this machine only",
        arguments: [
            ("127.9.9.9:1", true), ("[::1]:1", true), ("unix:/x", true), ("128.0.0.1:1", false),
            ("*:1", false),
            ("[::2]:1", false),
        ])
    func loopback(text: String, isLoopback: Bool) throws {
        #expect(try SocketAddress(parsing: text).isLoopback == isLoopback)
    }
}

extension SocketAddress {
    /// The address after a way through the kernel's structure.
    fileprivate var roundTripped: SocketAddress? {
        unsafe withSockaddr { pointer, length in
            unsafe SocketAddress(copying: pointer, length: Int(length))
        }
    }
}
