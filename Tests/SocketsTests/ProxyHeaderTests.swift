// HAProxy's doc/proxy-protocol.txt, rule by rule; how headers look at every split is in the fuzz target `proxy`.

import Testing

@testable import Sockets

private func parse(_ bytes: [UInt8]) throws(ProxyHeader.Mistake) -> ProxyHeader? {
    try ProxyHeader.parse(bytes.span)
}

private func text(_ line: String) throws(ProxyHeader.Mistake) -> ProxyHeader? { try parse(Array(line.utf8)) }

/// A header of version 2.
private func binary(_ command: UInt8, _ family: UInt8, _ block: [UInt8], version: UInt8 = 2) -> [UInt8] {
    let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    return signature + [version << 4 | command, family, UInt8(block.count >> 8), UInt8(block.count & 255)]
        + block
}

private let ipv4: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 2, 0xDC, 0x04, 0x01, 0xBB]
private let ipv6: [UInt8] =
    [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]
    + [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [2] + [0xDC, 0x04, 0x01, 0xBB]

@Suite("The PROXY protocol, version 1")
struct ProxyLineTests {
    @Test(
        "§2.1: both ends are in the line",
        arguments: [
            ("TCP4 192.0.2.1 198.51.100.2 56324 443", "192.0.2.1:56324", "198.51.100.2:443"),
            ("TCP4 255.255.255.255 0.0.0.0 65535 0", "255.255.255.255:65535", "0.0.0.0:0"),
            ("TCP6 2001:db8::1 2001:DB8::2 56324 443", "[2001:db8::1]:56324", "[2001:db8::2]:443"),
            ("TCP6 ::ffff:192.0.2.1 ::1 1 2", "192.0.2.1:1", "[::1]:2"),
        ])
    func ends(words: String, source: String, destination: String) throws {
        let header = try #require(try text("PROXY \(words)\r\nGET / HTTP/1.1\r\n"))
        #expect(header.version == 1)
        #expect(header.ends?.source == (try SocketAddress(parsing: source)))
        #expect(header.ends?.destination == (try SocketAddress(parsing: destination)))
        #expect(header.length == "PROXY \(words)\r\n".utf8.count)
    }

    @Test(
        "§2.1: UNKNOWN keeps the real ends, whatever stands behind it",
        arguments: ["UNKNOWN", "UNKNOWN ffff::1 ffff::2 65535 65535", "UNKNOWN a  \u{1}"])
    func unknown(words: String) throws {
        let header = try #require(try text("PROXY \(words)\r\n"))
        #expect(header.ends == nil)
        #expect(header.length == "PROXY \(words)\r\n".utf8.count)
    }

    @Test(
        "§2.1: what does not match exactly is a mistake",
        arguments: [
            "TCP4 192.0.2.1 198.51.100.2 56324", "TCP4 192.0.2.1 198.51.100.2 56324 443 ",
            "TCP4  192.0.2.1 198.51.100.2 56324 443", "TCP4 192.0.2.01 198.51.100.2 56324 443",
            "TCP4 192.0.2 198.51.100.2 56324 443", "TCP4 192.0.2.256 198.51.100.2 56324 443",
            "TCP4 192.0.2.1 198.51.100.2 056324 443", "TCP4 192.0.2.1 198.51.100.2 65536 443",
            "TCP4 192.0.2.1 198.51.100.2 -1 443", "TCP4 192.0.2.1 198.51.100.2 +1 443",
            "TCP4 192.0.2.1 198.51.100.2  443", "TCP4 ::1 ::1 1 2", "TCP6 192.0.2.1 192.0.2.2 1 2",
            "TCP6 fe80::1%1 ::1 1 2", "TCP6 ::1::2 ::1 1 2", "TCP6 [::1] ::1 1 2",
            "UDP4 192.0.2.1 192.0.2.2 1 2",
            "\u{301}UNKNOWN", "UN\u{212A}NOWN", "TCP4 192.0.2.1\0 198.51.100.2 56324 443",
            "TCP4 192.0.2.1 198.51.100.2 56324 \u{664}", "tcp4 192.0.2.1 198.51.100.2 56324 443", "UNKNOWNX",
            "",
        ])
    func mistakes(words: String) {
        #expect(throws: ProxyHeader.Mistake.self) { try text("PROXY \(words)\r\n") }
    }

    @Test(
        "What can't become a header is a mistake at once",
        arguments: ["GET / HTTP/1.1\r\n", "PROXIED", "proxy ", "\u{16}\u{3}\u{1}", "\r\n\r\nGET", " PROXY "])
    func atOnce(beginning: String) {
        #expect(throws: ProxyHeader.Mistake.self) { try text(beginning) }
    }

    @Test("§2.1: a CR or a LF alone ends no line", arguments: ["PROXY UNKNOWN\n", "PROXY UNKNOWN\rX"])
    func bareEnds(line: String) {
        #expect(throws: ProxyHeader.Mistake.self) { try text(line) }
    }

    @Test("§2.1: a line has 107 bytes at the most, its CRLF included")
    func longest() throws {
        let fits = "PROXY UNKNOWN " + String(repeating: "f", count: 91)
        #expect(try text(fits + "\r\n")?.length == 107)
        #expect(try text(fits) == nil)
        #expect(try text(fits + "\r") == nil)
        #expect(throws: ProxyHeader.Mistake.self) { try text(fits + "f\r\n") }
        #expect(throws: ProxyHeader.Mistake.self) { try text(fits + "ff") }
    }
}

@Suite("The PROXY protocol, version 2")
struct ProxyBlockTests {
    @Test(
        "§2.2: TCP over IPv4 and IPv6",
        arguments: [
            (0x11, ipv4, "192.0.2.1:56324", "198.51.100.2:443"),
            (0x21, ipv6, "[2001:db8::1]:56324", "[2001:db8::2]:443"),
        ] as [(UInt8, [UInt8], String, String)])
    func ends(family: UInt8, block: [UInt8], source: String, destination: String) throws {
        let header = try #require(try parse(binary(1, family, block) + [0x16, 3, 1]))
        #expect(header.version == 2)
        #expect(header.ends?.source == (try SocketAddress(parsing: source)))
        #expect(header.ends?.destination == (try SocketAddress(parsing: destination)))
        #expect(header.length == 16 + block.count)
    }

    @Test("§2.2: unix sockets: a path, an abstract name, no name")
    func unix() throws {
        let path = Array("/run/a".utf8) + [UInt8](repeating: 0, count: 102)
        let abstract = [0] + Array("a".utf8) + [UInt8](repeating: 0, count: 106)
        let first = try #require(try parse(binary(1, 0x31, path + abstract))?.ends)
        #expect(first.source == .unix(path: "/run/a"))
        #expect(first.destination == .abstract(name: "a"))
        let unnamed = [UInt8](repeating: 0, count: 108)
        #expect(try parse(binary(1, 0x31, unnamed + path))?.ends?.source == .unnamed)
    }

    @Test(
        "§2.2: LOCAL keeps the real ends, whatever family and block say",
        arguments: [(0x00, []), (0x11, ipv4), (0xFF, [1, 2, 3])] as [(UInt8, [UInt8])])
    func local(family: UInt8, block: [UInt8]) throws {
        let header = try #require(try parse(binary(0, family, block)))
        #expect(header.ends == nil)
        #expect(header.length == 16 + block.count)
    }

    @Test(
        "§2.2: what the proxy doesn't know, and datagrams, keep the real ends",
        arguments: [(0x00, []), (0x00, [9]), (0x01, ipv4), (0x10, ipv4), (0x12, ipv4), (0x22, ipv6)]
            as [(UInt8, [UInt8])])
    func unspecified(family: UInt8, block: [UInt8]) throws {
        let header = try #require(try parse(binary(1, family, block)))
        #expect(header.ends == nil)
        #expect(header.length == 16 + block.count)
    }

    @Test("§2.2: values behind the addresses are passed over")
    func values() throws {
        let block = ipv4 + [0x04, 0, 0] + [0x02, 0, 1, 0x61] + [0xE0, 0, 2, 1, 2]
        let header = try #require(try parse(binary(1, 0x11, block)))
        #expect(header.ends?.source.port == 56324)
        #expect(header.length == 16 + block.count)
    }

    @Test(
        "A value that is cut, or goes on behind the header, is a mistake",
        arguments: [[0x04], [0x04, 0], [0x04, 0, 1], [0x04, 0, 0, 0x04, 0xFF, 0xFF, 1]] as [[UInt8]])
    func cutValues(values: [UInt8]) {
        #expect(throws: ProxyHeader.Mistake.self) { try parse(binary(1, 0x11, ipv4 + values)) }
    }

    @Test(
        "§2.2: unknown versions, commands, families and transports, and too few bytes, are mistakes",
        arguments: [
            binary(1, 0x11, ipv4, version: 1), binary(1, 0x11, ipv4, version: 3), binary(2, 0x11, ipv4),
            binary(1, 0x41, ipv4), binary(1, 0x13, ipv4), binary(1, 0x11, Array(ipv4.dropLast())),
            binary(1, 0x21, ipv4), binary(1, 0x31, ipv6), binary(1, 0x11, []),
        ])
    func mistakes(bytes: [UInt8]) {
        #expect(throws: ProxyHeader.Mistake.self) { try parse(bytes) }
    }

    @Test("A header has 4096 bytes at the most; a longer one isn't waited for")
    func longest() throws {
        let fits = binary(1, 0x00, [UInt8](repeating: 0, count: 4080))
        #expect(try parse(fits)?.length == 4096)
        #expect(try parse(fits.dropLast()) == nil)
        let tooLong = binary(1, 0x00, [UInt8](repeating: 0, count: 4081))
        #expect(throws: ProxyHeader.Mistake.self) { try parse(Array(tooLong[..<16])) }
    }
}
